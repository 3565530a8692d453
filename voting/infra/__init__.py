"""Engine and sessions, migrations, and the ports to the bus and the throttle."""
