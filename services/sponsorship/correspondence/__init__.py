"""The one door to what sponsors and children write and send, and to the notes of report cards and
incidents: no other module reads or writes those tables.

Whoever is shown something here stands in a row of the same transaction (`commands/reading.py`). Names of sponsors are
in donations alone.
"""

from services.sponsorship.correspondence.keeping import forget, overdue
from services.sponsorship.correspondence.notes import note_of, note_of_incident, write_incident, write_note
from services.sponsorship.correspondence.photos import (
    Photo,
    kinds_of,
    photo,
    photos_of,
    remove_photo,
    same_file,
    write_photo,
)
from services.sponsorship.correspondence.pictures import MOST_BYTES, Picture, made_anew
from services.sponsorship.correspondence.texts import Words, mask, same_words, words_of, write_words

__all__ = [
    "MOST_BYTES",
    "Photo",
    "Picture",
    "Words",
    "forget",
    "kinds_of",
    "made_anew",
    "mask",
    "note_of",
    "note_of_incident",
    "overdue",
    "photo",
    "photos_of",
    "remove_photo",
    "same_file",
    "same_words",
    "words_of",
    "write_incident",
    "write_note",
    "write_photo",
    "write_words",
]
