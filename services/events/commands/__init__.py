"""What people ask of events. Each command works in a caller's unit, takes plain values, and returns what it did or
`Refused`; whoever opened the unit rolls it back then. No command knows HTTP.
"""
