"""What people ask of intake: plain values in, the household after it or `Refused` out.

`households.py` is what one person asks for one household; `registration.py` takes in many at once, for it and for the
import alike; `people.py` makes somebody of what was said of them; `saying.py` saves a change, tells the other services
and writes it to the timeline. Each works in a unit that its caller opens, and which rolls back when it is refused.
"""
