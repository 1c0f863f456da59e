"""`make bench`: how fast this project is, beside the pipeline and policies that `rasa init` writes, in one run."""
