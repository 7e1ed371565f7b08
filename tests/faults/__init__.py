"""What the messaging layer survives: scenarios on real processes, run by `./relief faults`."""
