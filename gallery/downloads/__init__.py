"""What readers can take away: scripts, notebooks, zips, recordings, and the whole site."""
