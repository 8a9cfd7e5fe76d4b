"""The roles and what each may do: the only place that names a permission.

FAB matches these regular expressions from the start only, so each is anchored at both ends.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The roles of the product; a school may add its own beside them."""

    ADMIN = "Admin"
    MANAGER = "CRM Manager"
    EDITOR = "CRM Editor"
    READER = "CRM Reader"
    ACCOUNT = "Compte"
    PUBLIC = "Public"


class View(StrEnum):
    """What permissions are about; each view class bears one of these names."""

    COMPANY = "Company"
    CONTACT = "Contact"
    TAG = "Tag"
    BIN = "Bin"
    DUPLICATE = "Duplicate"
    MERGE = "Merge"
    PICK = "Pick"
    HOME = "Home"
    PROFILE = "Profile"
    ACCOUNT = "Account"
    JOB = "Job"


class Permission(StrEnum):
    """A right on a view, with FAB's prefix."""

    LIST = "can_list"
    SHOW = "can_show"
    ADD = "can_add"
    EDIT = "can_edit"
    DELETE = "can_delete"
    TAG = "can_tag"
    EXPORT = "can_export"
    PRINT = "can_print"
    RESTORE = "can_restore"
    PURGE = "can_purge"
    SCAN = "can_scan"
    MERGE = "can_merge"
    SHARE = "can_share"
    HISTORY = "can_history"
    CANCEL = "can_cancel"
    SEE_ALL = "can_see_all"


class BulkRight(StrEnum):
    """A right to an action on checked rows; FAB names such permissions without prefix."""

    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    EXPORT = "export"
    SET_FIELDS = "set_fields"
    VERIFY = "verify"
    ASSIGN = "assign"
    TRASH = "trash"


def method(permission: Permission) -> str:
    """The name that FAB's @permission_name takes: it adds the prefix itself."""
    return permission.removeprefix("can_")


def _only(*names: str) -> str:
    return f"^({'|'.join(names)})$"


_SHEETS = _only(View.COMPANY, View.CONTACT)
_READ = _only(Permission.LIST, Permission.SHOW, Permission.PRINT)
_WRITE = _only(
    Permission.LIST, Permission.SHOW, Permission.PRINT,
    Permission.ADD, Permission.EDIT, Permission.TAG, Permission.EXPORT,
)  # fmt: skip
# Apart: FAB keeps each of these expressions in a column of 100 characters.
_BULK = _only(
    BulkRight.ADD_TAG, BulkRight.REMOVE_TAG, BulkRight.EXPORT, BulkRight.SET_FIELDS,
    BulkRight.VERIFY, BulkRight.ASSIGN,
)  # fmt: skip
_ALL = "^.*$"
_OWN_PAGES: Final = [
    [_only(View.PROFILE, View.HOME), _ALL],
    ["^(ResetMyPasswordView|UserInfoEditView)$", _ALL],
    ["^UserDBModelView$", "^(resetmypassword|userinfoedit|can_userinfo)$"],
]
_CRM_PAGES: Final = [
    *_OWN_PAGES,
    [_only(View.PICK), _ALL],
    [_only(View.ACCOUNT), _only(Permission.SHOW)],
    [_only(View.JOB), _only(Permission.LIST, Permission.SHOW, Permission.CANCEL)],
]

# [view, permission] pairs, read by FAB as FAB_ROLES: in code, so reviewed and never edited away.
ROLES: Final[dict[str, list[list[str]]]] = {
    Role.ADMIN: [[_ALL, _ALL]],
    Role.MANAGER: [
        *_CRM_PAGES,
        [_only(View.COMPANY, View.CONTACT, View.TAG, View.DUPLICATE, View.MERGE), _ALL],
        [_only(View.BIN), _only(Permission.LIST, Permission.RESTORE)],
    ],
    Role.EDITOR: [
        *_CRM_PAGES,
        [_SHEETS, _WRITE],
        [_SHEETS, _BULK],
        [_only(View.TAG), _only(Permission.LIST, Permission.ADD)],
        [_only(View.DUPLICATE), _only(Permission.LIST, Permission.EDIT)],
        [_only(View.BIN), _only(Permission.LIST)],  # What they deleted themselves.
    ],
    Role.READER: [
        *_CRM_PAGES,
        [_SHEETS, _READ],
        [_only(View.TAG, View.DUPLICATE), _only(Permission.LIST)],
    ],
    Role.ACCOUNT: _OWN_PAGES,
}
