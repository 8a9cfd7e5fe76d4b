"""Jobs that a school's contacts hold, in the words of their civility."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.people import Inventor


@dataclass(frozen=True)
class Job:
    title: str
    function: str
    department: str | None
    signs: bool = False


@dataclass(frozen=True)
class _Kind:
    function: str
    departments: tuple[str, ...]
    # « for her | for him », or one wording for both.
    titles: tuple[str, ...]
    weight: int = 1
    signs: bool = False


_KINDS = (
    _Kind("Direction générale", ("Direction générale",), (
        "Directrice générale|Directeur général", "Présidente|Président", "Gérante|Gérant",
        "Secrétaire générale|Secrétaire général"), 3, signs=True),
    _Kind("Ressources humaines", ("Direction des ressources humaines", "Recrutement", "Relations écoles"), (
        "Directrice des ressources humaines|Directeur des ressources humaines",
        "Responsable des relations écoles", "Chargée de recrutement|Chargé de recrutement",
        "Responsable de l’alternance", "Gestionnaire de paie", "Talent acquisition manager"), 9),
    _Kind("Marketing", ("Marketing", "Communication"), (
        "Directrice marketing|Directeur marketing", "Chef de produit", "Responsable de la communication",
        "Community manager", "Chargée de communication|Chargé de communication"), 4),
    _Kind("Commercial", ("Direction commerciale", "Grands comptes", "Export"), (
        "Directrice commerciale|Directeur commercial", "Ingénieure d’affaires|Ingénieur d’affaires",
        "Responsable grands comptes", "Chef de secteur", "Business developer"), 4),
    _Kind("Finance et comptabilité", ("Direction financière", "Contrôle de gestion", "Comptabilité"), (
        "Directrice financière|Directeur financier", "Contrôleuse de gestion|Contrôleur de gestion",
        "Cheffe comptable|Chef comptable", "Auditrice interne|Auditeur interne"), 3),
    _Kind("Achats et logistique", ("Achats", "Supply chain"), (
        "Directrice des achats|Directeur des achats", "Acheteuse|Acheteur", "Responsable logistique"), 2),
    _Kind("Systèmes d’information", ("Direction des systèmes d’information",), (
        "Directrice des systèmes d’information|Directeur des systèmes d’information",
        "Cheffe de projet|Chef de projet", "Data analyst"), 2),
    _Kind("Juridique", ("Direction juridique",), ("Juriste", "Directrice juridique|Directeur juridique"), 1),
    _Kind("Études et conseil", ("Études", "Conseil"), (
        "Consultante senior|Consultant senior", "Manager", "Associée|Associé"), 2),
)  # fmt: skip
_INTERNSHIPS = ("Stagiaire en marketing", "Stagiaire en contrôle de gestion", "Stagiaire en audit",
                "Alternante en ressources humaines|Alternant en ressources humaines",
                "Alternante commerciale|Alternant commercial")  # fmt: skip
_SHARE_WITH_DEPARTMENT = 0.6
_SHARE_SIGNING = 0.25


def job(invent: Inventor, civility: str) -> Job:
    """What a person does, by how often a school meets each trade."""
    kind = invent.random.choices(_KINDS, weights=[each.weight for each in _KINDS])[0]
    with_department = invent.chance(_SHARE_WITH_DEPARTMENT)
    return Job(
        title=_worded(invent.random.choice(kind.titles), civility),
        function=kind.function,
        department=invent.random.choice(kind.departments) if with_department else None,
        signs=kind.signs
        or (kind.function == "Ressources humaines" and invent.chance(_SHARE_SIGNING)),
    )


def internship(invent: Inventor, civility: str) -> str:
    return _worded(invent.random.choice(_INTERNSHIPS), civility)


def _worded(title: str, civility: str) -> str:
    her, _, him = title.partition("|")
    return him if him and civility == "m" else her
