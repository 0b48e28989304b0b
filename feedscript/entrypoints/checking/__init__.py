"""What is wrong with a deployment before it is noticed by its jobs: `feedscript check`, and the start of `serve`."""
