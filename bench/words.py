"""What the generated companies and contacts are called: French words, always in the same order."""

_ACTIVITIES = (
    "Électricité Plomberie Boulangerie Menuiserie Façades Hôtellerie Éditions Ingénierie Études "
    "Métallurgie Déménagements Pâtisserie Maçonnerie Transports Informatique Logistique Énergies "
    "Cosmétiques Pépinières Assurances Propreté Sécurité Médical Agroalimentaire Aéronautique "
    "Numérique Réseaux Automobile Immobilier Textile Formation Voyages Emballages Traiteur "
    "Cartonnages Horlogerie Optique Carrières Fromagerie Charpente Verrerie Bijouterie Œnologie"
)
_QUALITIES = (
    "Générale Méridionale Atlantique Européenne Française Régionale Générations Durable "
    "Industrielle Associée Créative Libérale Parisienne Bretonne Occitane Alpine Nouvelle Centrale"
)
ACTIVITIES, QUALITIES = _ACTIVITIES.split(), _QUALITIES.split()
STREETS = (
    "rue de la République",
    "avenue Jean-Jaurès",
    "place de l’Église",
    "boulevard Voltaire",
    "chemin des Prés",
    "allée des Châtaigniers",
    "impasse du Moulin",
    "quai de l’Ouest",
)
# Legal form by Insee's code, and how often it comes.
LEGAL_FORMS = {"5710": 50, "5499": 30, "5599": 4, "9220": 8, "5202": 2, "5505": 1, "7389": 1}
HEADCOUNTS = {
    "NN": 10,
    "01": 25,
    "02": 15,
    "03": 12,
    "11": 12,
    "12": 10,
    "21": 6,
    "22": 5,
    "32": 3,
    "41": 2,
}
COMPANY_TAGS = [
    f"{theme} {year}"
    for theme in ("Forum", "Stage", "Alternance", "Projet", "Jury", "Mécénat", "Événement")
    for year in range(2018, 2027)
] + ["Partenaire", "À relancer", "Prioritaire", "International"]
CONTACT_TAGS = [
    f"{theme} {year}"
    for theme in ("Jury", "Conférence", "Parrain", "Invité")
    for year in range(2018, 2027)
] + ["Ancien élève", "Maître de stage", "Relations écoles", "À relancer"]
