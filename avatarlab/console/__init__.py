"""Making a video from the command line, through the same services, queue and worker as the pages."""
