"""What everything needs: ids, clock, canonical JSON, refusals, signatures, area."""
