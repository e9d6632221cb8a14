"""How a trial is run and decided: coins, bets, and moves between states, as a pure engine driven by events."""
