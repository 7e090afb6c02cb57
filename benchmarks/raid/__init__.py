"""What a raid costs the chain of one partner, stage by stage."""
