"""The kinds of deeds that the history knows, and how they read in French."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.permissions import View


class Subject(StrEnum):
    """What a line of the history can be about."""

    COMPANY = "company"
    CONTACT = "contact"
    TAG = "tag"
    ACCOUNT = "account"
    LIST = "list"


# The view whose rights are asked about a subject.
VIEWS: dict[str, View] = {
    Subject.COMPANY: View.COMPANY,
    Subject.CONTACT: View.CONTACT,
    Subject.TAG: View.TAG,
}

# Lists have no row of their own: the number that stands for each.
LIST_NUMBERS = {"company": 1, "contact": 2}


class Part(StrEnum):
    """The part of a sheet that a line can be about."""

    ESTABLISHMENT = "establishment"
    NOTE = "note"
    TAG = "tag"
    CONTACT = "contact"
    POST = "post"
    ACCOUNT = "account"


class Action(StrEnum):
    """Codes stored in the history; the sentence is made when it is shown."""

    CREATED = "created"
    UPDATED = "updated"
    TRASHED = "trashed"
    RESTORED = "restored"
    PURGED = "purged"
    MERGED = "merged"
    MERGED_AWAY = "merged_away"
    UNMERGED = "unmerged"
    TAG_ADDED = "tag_added"
    TAG_REMOVED = "tag_removed"
    TAG_REPLACED = "tag_replaced"
    TAG_MERGED = "tag_merged"
    SITE_ADDED = "site_added"
    SITE_UPDATED = "site_updated"
    SITE_PLACED = "site_placed"
    NOTE_ADDED = "note_added"
    NOTE_EDITED = "note_edited"
    NOTE_REMOVED = "note_removed"
    NOTE_RESTORED = "note_restored"
    CONTACT_ATTACHED = "contact_attached"
    CONTACT_DETACHED = "contact_detached"
    POST_STARTED = "post_started"
    POST_ENDED = "post_ended"
    CONSENT_NOTED = "consent_noted"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    LOGO_ADDED = "logo_added"
    LOGO_REPLACED = "logo_replaced"
    LOGO_REMOVED = "logo_removed"
    PHOTO_ADDED = "photo_added"
    PHOTO_REPLACED = "photo_replaced"
    PHOTO_REMOVED = "photo_removed"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    PRINTED = "printed"
    EXPORTED = "exported"
    VIEW_SHARED = "view_shared"
    VIEW_UNSHARED = "view_unshared"
    RIGHTS_CHANGED = "rights_changed"


SENTENCES: dict[Action, LazyString] = {
    Action.CREATED: _l("a créé la fiche"),
    Action.UPDATED: _l("a modifié la fiche"),
    Action.TRASHED: _l("a mis la fiche à la corbeille"),
    Action.RESTORED: _l("a restauré la fiche"),
    Action.PURGED: _l("a supprimé définitivement la fiche"),
    Action.MERGED: _l("a fusionné une autre fiche dans celle-ci"),
    Action.MERGED_AWAY: _l("a fusionné cette fiche dans une autre"),
    Action.UNMERGED: _l("a annulé la fusion de deux fiches"),
    Action.TAG_ADDED: _l("a ajouté un tag"),
    Action.TAG_REMOVED: _l("a retiré un tag"),
    Action.TAG_REPLACED: _l("a remplacé un tag par un autre"),
    Action.TAG_MERGED: _l("a fusionné un tag avec un autre"),
    Action.SITE_ADDED: _l("a ajouté un établissement"),
    Action.SITE_UPDATED: _l("a modifié un établissement"),
    Action.SITE_PLACED: _l("a changé la position d’un établissement"),
    Action.NOTE_ADDED: _l("a écrit une note"),
    Action.NOTE_EDITED: _l("a modifié une note"),
    Action.NOTE_REMOVED: _l("a supprimé une note"),
    Action.NOTE_RESTORED: _l("a restauré une note"),
    Action.CONTACT_ATTACHED: _l("a rattaché un contact"),
    Action.CONTACT_DETACHED: _l("a détaché un contact"),
    Action.POST_STARTED: _l("a ouvert un poste"),
    Action.POST_ENDED: _l("a clos un poste"),
    Action.CONSENT_NOTED: _l("a noté le choix de la personne"),
    Action.ACCOUNT_LINKED: _l("a associé un compte utilisateur"),
    Action.ACCOUNT_UNLINKED: _l("a dissocié un compte utilisateur"),
    Action.LOGO_ADDED: _l("a ajouté le logo"),
    Action.LOGO_REPLACED: _l("a remplacé le logo"),
    Action.LOGO_REMOVED: _l("a retiré le logo"),
    Action.PHOTO_ADDED: _l("a ajouté la photo"),
    Action.PHOTO_REPLACED: _l("a remplacé la photo"),
    Action.PHOTO_REMOVED: _l("a retiré la photo"),
    Action.VERIFIED: _l("a vérifié la fiche"),
    Action.UNVERIFIED: _l("a retiré la vérification de la fiche"),
    Action.PRINTED: _l("a imprimé la fiche"),
    Action.EXPORTED: _l("a exporté une liste"),
    Action.VIEW_SHARED: _l("a partagé une vue"),
    Action.VIEW_UNSHARED: _l("a cessé de partager une vue"),
    Action.RIGHTS_CHANGED: _l("a modifié le compte ou ses rôles"),
}

FIELDS: dict[str, LazyString] = {
    "name": _l("Raison sociale"),
    "acronym": _l("Sigle"),
    "parent": _l("Société mère"),
    "siren": _l("SIREN"),
    "siret": _l("SIRET"),
    "no_siren_reason": _l("Absence de SIREN"),
    "country": _l("Pays"),
    "foreign_number": _l("Numéro national"),
    "rna": _l("Numéro RNA"),
    "legal_form_code": _l("Forme juridique"),
    "headcount_code": _l("Effectif"),
    "headcount_year": _l("Année de l’effectif"),
    "sector": _l("Secteur d’activité"),
    "naf_code": _l("Code NAF"),
    "naf_nomenclature": _l("Nomenclature NAF"),
    "turnover": _l("Chiffre d’affaires"),
    "share_capital": _l("Capital social"),
    "website": _l("Site internet"),
    "phone": _l("Téléphone"),
    "mobile": _l("Téléphone mobile"),
    "fax": _l("Fax"),
    "email": _l("E-mail"),
    "description": _l("Description"),
    "verified_at": _l("Vérifiée le"),
    "verified_by": _l("Vérifiée par"),
    "trade_name": _l("Nom commercial"),
    "sign": _l("Enseigne"),
    "address": _l("Adresse"),
    "postal_code": _l("Code postal"),
    "city": _l("Ville"),
    "commune_code": _l("Commune (code Insee)"),
    "position": _l("Position"),
    "precision": _l("Précision"),
    "opened_on": _l("Ouvert le"),
    "closed_on": _l("Fermé le"),
    "is_head_office": _l("Siège social"),
    "civility": _l("Civilité"),
    "first_name": _l("Prénom"),
    "last_name": _l("Nom"),
    "personal_email": _l("E-mail personnel"),
    "personal_phone": _l("Téléphone personnel"),
    "personal_address": _l("Adresse personnelle"),
    "personal_postal_code": _l("Code postal personnel"),
    "personal_city": _l("Ville personnelle"),
    "personal_country": _l("Pays personnel"),
    "job_title": _l("Poste"),
    "job_function": _l("Fonction"),
    "department": _l("Service / département"),
    "signs_agreements": _l("Signe les conventions"),
    "company": _l("Entreprise"),
    "establishment": _l("Établissement"),
    "consent": _l("Souhaite être contacté"),
    "do_not_contact": _l("Ne pas contacter"),
    "merged": _l("Fiche fusionnée"),
    "merged_into": _l("Fusionnée dans"),
    "tag": _l("Tag"),
    "note": _l("Note"),
    "contact": _l("Contact"),
    "account": _l("Compte utilisateur"),
    "logo": _l("Logo"),
    "photo": _l("Photo"),
    "label": _l("Libellé"),
    "aliases": _l("Anciens libellés"),
    "module": _l("Module"),
    "colour": _l("Couleur"),
    "count": _l("Nombre de fiches"),
    "query": _l("Recherche"),
    "view": _l("Vue"),
    "format": _l("Format"),
    "columns": _l("Colonnes"),
    "post": _l("Poste"),
    "roles": _l("Rôles"),
    "active": _l("Compte actif"),
    "category": _l("Catégorie"),
    "programme": _l("Programme"),
    "year": _l("Année"),
    "username": _l("Identifiant"),
    "password": _l("Mot de passe"),
}
