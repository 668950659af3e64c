"""Photos on pages: read from a form, shown to who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from models import Work
from operations import case_photos, picture_files
from operations.errors import NotFound
from operations.listings import cases as listing
from operations.picture_files import NotAPicture, Picture
from web.forms import BadInput
from web.site import site

MOST = 6


def read_photos(field: str = "photos") -> list[Picture]:
    """The pictures of the form, drawn anew; an empty field is none. Raises BadInput."""
    files = [file for file in request.files.getlist(field) if file.filename]
    if len(files) > MOST:
        raise BadInput(f"一次最多传 {MOST} 张照片。")
    if files and site().settings.media_folder is None:
        raise BadInput("这里还没有设置存照片的地方，请先不带照片登记。")
    return [read_photo(file, "有一张不是照片，或者太大了（最大 10 MB）。请换一张再传。") for file in files]


def read_photo(sent: FileStorage, otherwise: str) -> Picture:
    """One picture of a form, drawn anew. Raises BadInput with these words for what is none."""
    try:
        return picture_files.redraw(sent.stream.read(picture_files.LARGEST_BYTES + 1))
    except NotAPicture as error:
        raise BadInput(otherwise) from error


def attach(work: Work, *, leader_id: int, case_id: int, actor: str, pictures: Sequence[Picture], key: str) -> None:
    """Put the pictures of a form to a case; the same `key` again adds nothing."""
    folder = site().settings.media_folder
    for nth, picture in enumerate(pictures if folder else ()):
        case_photos.attach_picture(
            work,
            leader_id=leader_id,
            case_id=case_id,
            actor=actor,
            picture=picture,
            folder=folder or Path(),
            source_key=f"{key}:photo{nth}",
            kept_for=site().settings.kept.case_photos,
        )


def show(leader_id: int, case_id: int, media_id: int) -> Response:
    """A photo of a case. It was drawn anew when it came; the type is ours, whatever it was called."""
    with site().store.read() as work:
        path = listing.photo(work, leader_id=leader_id, case_id=case_id, media_id=media_id)
    return from_media_folder(path)


def from_media_folder(path: str | None) -> Response:
    """A kept picture as an answer. Raises NotFound where there is none, or not below the folder."""
    folder = site().settings.media_folder
    file = (folder / path).resolve() if folder and path else None
    if folder is None or file is None or not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise NotFound(what="photo")
    return Response(file.read_bytes(), mimetype=picture_files.CONTENT_TYPE)
