"""Reviews: how the labels of a team stand, how they moved, and how right they were."""
