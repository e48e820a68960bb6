"""Where client media lives: the file system by default, MongoDB GridFS when MONGODB_URL is set."""

from django.core.files.storage import FileSystemStorage


class FileStorage(FileSystemStorage):
    """Media under the data folder. Served by the media view only, never by a static URL."""
