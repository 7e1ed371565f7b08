"""PayPal, as far as donations meets it: it signs notices with a chain it made, and serves what PayPal serves.

It needs what the services need and no library of the tests, so that the demo can run it too. The addresses in what it
says are PayPal's; `Environment.base` leads them here.
"""
