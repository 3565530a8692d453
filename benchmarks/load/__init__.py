"""How many ballots a second become durable, what each costs, and how long its sender waits."""
