"""An owner proves who he is against the frozen roster and enrols a device key."""
