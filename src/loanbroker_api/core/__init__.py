"""What every area stands on; imports no area."""
