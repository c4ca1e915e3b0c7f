"""What a loan costs: schedules to the fen, the annual rate with every fee in it, two loans side by side. Pure; imports no area."""
