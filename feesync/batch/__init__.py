"""Files of claims by the million: one plan, engines that run it, pricing that decides."""
