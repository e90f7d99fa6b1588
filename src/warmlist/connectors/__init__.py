"""Where events come from and messages go to: one folder for each platform."""
