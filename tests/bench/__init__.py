"""`./relief bench`: how fast the way from registered to reserved is, beside peers and limits, in one run.

`ground.py` has the servers and a fresh pair of databases for each run, `peers/` who does the job, `limits.py` what
nobody can beat, `figures.py` what is measured, `sound.py` the check after every run, `plan.py` the order of the runs,
`report.py` what is shown. `command.py` puts it together.
"""
