"""What makes an audit trail one that can be verified, wherever its lines are kept: the chain, and the days' digests."""
