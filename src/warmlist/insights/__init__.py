"""What the workspace learns from its own history."""
