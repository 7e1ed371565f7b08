"""What makes a service of its parts: wiring, operations, the plan beside what happened, standings for the doctor."""
