"""Training: `fit`, checkpoints, batches, device, seed, progress."""
