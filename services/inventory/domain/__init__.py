"""The rules of the store: frozen values and pure functions. No database, broker, clock or framework.

`allocate` is the way in for needs, `food.deal` for rations that are short, `whole.fill` for goods that
arrive, `changes.difference` for a household that changed, `forecast.forecast` for the days to come.
"""
