"""How the services speak: one transaction for work, inbox and outbox; a relay; consumers that gather, retry and park.

`unit.py` is what handlers and routes see. The rest serves it: `envelope.py` is the form on the wire, `topology.py`
the queues, `relay.py` the way out, `consumer.py` the way in, `failures.py` what happens when a handler fails,
`day.py` the service's day, `link.py` the connection that holds them together.
"""
