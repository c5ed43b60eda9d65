"""What is wrong with a rulebook: the findings, and those read off it without proof."""
