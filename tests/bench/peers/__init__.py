"""Who does the job: Relief itself, and the same job as people write it with Celery, celery-batches and FastStream.

All do it on inventory's own tables, with the same rows and guards. `job.py` is the job of the peers, once a message
at a time and once set-based. `poller.py` is their outbox relay.
"""
