"""The notebooks: their files, the rules that they keep, running them, and what is written from their cards."""
