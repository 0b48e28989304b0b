"""Speed as ratios: every figure stands beside a named peer or bound that was measured in the same run."""
