"""Invented names and places by culture: building blocks of people who do not exist.

First and last names are common ones of each language, combined at random; streets, towns and
companies are made up or too general to point at anybody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Culture:
    """How people of one country are called, where they live and how they are telephoned.

    `mobile` and `landline` are an E.164 prefix and the count of digits to fill in: blocks around
    the example numbers of the numbering plans, valid in form.
    """

    country: str
    language: str
    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    titles: tuple[str, str]
    mobile: tuple[str, int]
    landline: tuple[str, int]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


def _towns(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (item.split("=") for item in _words(text))
    return tuple((postcode, town) for postcode, town in pairs)


_ENGLISH_FEMALE = _words(
    "Alice Amelia Beth Charlotte Clara Daisy Eleanor Emily Erin Fiona Grace Hannah Harriet Isla "
    "Jane Kate Laura Lucy Maeve Megan Molly Niamh Olivia Phoebe Rachel Rose Ruth Sarah Sophie Zoë"
)
_ENGLISH_MALE = _words(
    "Adam Alfie Andrew Ben Callum Charles Daniel David Edward Finn George Graham Harry Henry Jack "
    "James John Liam Lewis Luke Mark Michael Oliver Oscar Patrick Paul Peter Sean Thomas William"
)
_ENGLISH_LAST = _words(
    "Adeyemi Allen Baker Barker Bennett Brown Carter Clarke Cole Cooper Davies Dixon Edwards Ellis "
    "Evans Foster Gibson Green Hall Harper Hughes Jones King Lloyd Marsh Mason Mitchell Moore "
    "Morgan O'Brien O'Connor O'Neill Palmer Parker Price Reid Roberts Shaw Smith Stone Taylor "
    "Turner Walker Ward Watson West White Wilson Wood Wright"
)
_FRENCH_FEMALE = _words(
    "Agathe Amélie Anaïs Aurélie Camille Cécile Chloé Claire Clémence Élodie Émilie Estelle Eva "
    "Hélène Inès Jeanne Julie Léa Louise Lucie Manon Margaux Marie Marie-Laure Noémie Pauline "
    "Sandrine Solène Sylvie Zoé"
)
_FRENCH_MALE = _words(
    "Adrien Alain Antoine Arnaud Benoît Cédric Clément Damien Denis Étienne Fabien François Gaël "
    "Guillaume Hugo Jean-Marc Jérôme Jules Laurent Léo Loïc Luc Mathieu Maxime Nicolas Olivier "
    "Quentin Rémi Théo Yves"
)
_FRENCH_LAST = _words(
    "André Arnaud Aubert Barbier Benoît Bernard Blanc Bonnet Boyer Brun Chevalier Clément Colin "
    "David Denis Dumas Dupont Durand Fabre Faure Fontaine Fournier Garnier Gauthier Gérard Girard "
    "Guérin Henry Lambert Lefèvre Legrand Lemaire Leroy Marchand Masson Mercier Meunier Michel "
    "Moreau Morel Noël Perrin Picard Renard Rivière Roche Roussel Rousseau Vidal D'Arcy"
)
_GERMAN_FEMALE = _words(
    "Anja Anna Birgit Britta Clara Elke Emma Frieda Greta Hanna Heike Ida Ilse Jana Johanna "
    "Jördis Katrin Lena Lieselotte Luise Maike Marlene Mia Petra Sabine Silke Sophie Ulrike Ute "
    "Käthe"
)
_GERMAN_MALE = _words(
    "Andreas Anton Bernd Björn Christian Dirk Emil Felix Florian Frank Fritz Georg Günter Hannes "
    "Jens Jonas Jörg Jürgen Karl Klaus Lars Lukas Markus Max Moritz Niklas Oskar Paul Rolf Uwe"
)
_GERMAN_LAST = _words(
    "Albrecht Arnold Bauer Becker Böhm Brandt Busch Dietrich Engel Fischer Franke Friedrich Fuchs "
    "Graf Groß Günther Haas Hahn Hartmann Hoffmann Huber Jäger Kaiser Keller Klein Köhler König "
    "Krämer Krause Krüger Lang Lehmann Lorenz Maier Meyer Müller Neumann Pohl Richter Roth Schäfer "
    "Schmidt Schröder Schulz Seidel Vogel Wagner Weiß Winkler von_Thal"
)

SPANISH = Culture(
    "ES",
    "es",
    _words(
        "Ainhoa Alba Amaia Ana Ane Begoña Beatriz Carmen Clara Cristina Edurne Elena Esther Garazi "
        "Inés Irene Itziar Julia Laura Leire Lucía Maite Marta Miren Nekane Nerea Nuria Olga Pilar "
        "Rocío María_José María_del_Mar"
    ),
    _words(
        "Adrián Aitor Alberto Alejandro Álvaro Ander Andrés Ángel Asier Carlos Daniel Diego Eneko "
        "Fernando Gorka Guillermo Iker Íñigo Iñaki Javier Joaquín Jon José_Luis Julen Luis Manuel "
        "Mikel Óscar Pablo Sergio Unai Xabier"
    ),
    _words(
        "Abascal Aguirre Alonso Álvarez Arana Arrieta Blanco Cano Castillo Castro Díaz Domínguez "
        "Echeverría Etxeberria Fernández Gallego García Garrido Gil Gómez González Gutiérrez "
        "Hernández Herrero Ibáñez Iglesias Jiménez León López Lozano Marín Martín Martínez Medina "
        "Molina Moreno Muñoz Navarro Núñez Olabarria Ortega Peña Pérez Prieto Ramírez Rodríguez "
        "Romero Rubio Ruiz Sánchez Sanz Serrano Suárez Urrutia Vázquez Vega Zabala Zubiri "
        "de_la_Fuente del_Río"
    ),
    _words("Calle_del_Puente Calle_Nueva Avenida_del_Mar Plaza_Mayor Paseo_del_Prado_Viejo"),
    _towns("48003=Bilbao 20004=Donostia 28012=Madrid 08009=Barcelona 46003=València 41004=Sevilla"),
    ("Sra.", "Sr."),
    ("+346123", 5),
    ("+3494412", 4),
)
ENGLISH = Culture(
    "GB",
    "en",
    _ENGLISH_FEMALE,
    _ENGLISH_MALE,
    _ENGLISH_LAST,
    _words("High_Street Mill_Lane Station_Road Church_Walk Orchard_Close"),
    _towns("LS1_4AB=Leeds BS1_5TY=Bristol EH1_2AB=Edinburgh M2_3AA=Manchester N1_9AA=London"),
    ("Ms", "Mr"),
    ("+4474001", 5),
    ("+4420794600", 2),
)
IRISH = Culture(
    "IE",
    "en",
    _ENGLISH_FEMALE,
    _ENGLISH_MALE,
    _ENGLISH_LAST,
    _words("Main_Street Bridge_Street Harbour_Road Abbey_Lane"),
    _towns("D02_X285=Dublin T12_W8KP=Cork H91_E9XD=Galway"),
    ("Ms", "Mr"),
    ("+35385012", 4),
    ("+3532212", 3),
)
AMERICAN = Culture(
    "US",
    "en",
    _ENGLISH_FEMALE,
    _ENGLISH_MALE,
    _ENGLISH_LAST,
    _words("Maple_Avenue Elm_Street Lakeview_Drive Second_Street"),
    _towns("02108=Boston 97204=Portland 60601=Chicago 10001=New_York"),
    ("Ms", "Mr"),
    ("+120255501", 2),
    ("+131255501", 2),
)
FRENCH = Culture(
    "FR",
    "fr",
    _FRENCH_FEMALE,
    _FRENCH_MALE,
    _FRENCH_LAST,
    _words("rue_des_Lilas rue_du_Moulin avenue_de_la_Gare place_de_l'Église quai_Neuf"),
    _towns("69002=Lyon 75011=Paris 33000=Bordeaux 64200=Biarritz 31000=Toulouse"),
    ("Mme", "M."),
    ("+336123", 5),
    ("+3319900", 4),
)
BELGIAN = Culture(
    "BE",
    "fr",
    _FRENCH_FEMALE,
    _FRENCH_MALE,
    _FRENCH_LAST,
    _words("rue_Haute rue_de_la_Source avenue_des_Tilleuls"),
    _towns("1000=Bruxelles 4000=Liège 5000=Namur"),
    ("Mme", "M."),
    ("+3247012", 4),
    ("+32251212", 2),
)
GERMAN = Culture(
    "DE",
    "de",
    _GERMAN_FEMALE,
    _GERMAN_MALE,
    _GERMAN_LAST,
    _words("Hauptstraße Gartenweg Lindenallee Am_Mühlbach Bahnhofstraße"),
    _towns("10115=Berlin 20095=Hamburg 50667=Köln 80331=München 04109=Leipzig"),
    ("Frau", "Herr"),
    ("+49151234", 5),
    ("+493023125", 3),
)
AUSTRIAN = Culture(
    "AT",
    "de",
    _GERMAN_FEMALE,
    _GERMAN_MALE,
    _GERMAN_LAST,
    _words("Dorfplatz Seestraße Bergweg"),
    _towns("1010=Wien 8010=Graz 5020=Salzburg"),
    ("Frau", "Herr"),
    ("+43664123", 3),
    ("+4312345", 4),
)
PORTUGUESE = Culture(
    "PT",
    "pt",
    _words(
        "Ana Beatriz Carolina Catarina Conceição Filipa Francisca Inês Joana Leonor Lúcia Mafalda "
        "Margarida Maria Mariana Matilde Rita Sara Sofia Teresa"
    ),
    _words(
        "André António Bruno Diogo Duarte Fábio Filipe Francisco Gonçalo Henrique Hugo João Jorge "
        "José Luís Miguel Nuno Paulo Rui Tiago"
    ),
    _words(
        "Almeida Alves Antunes Araújo Azevedo Barbosa Cardoso Carvalho Coelho Conceição Correia "
        "Costa Cunha Dias Esteves Fonseca Gomes Gonçalves Leite Lopes Machado Magalhães Marques "
        "Mendes Monteiro Neves Oliveira Pinto Ribeiro Rocha Salgueiro Santos Simões Sousa Tavares "
        "Teixeira Vieira"
    ),
    _words("Rua_da_Fonte Rua_das_Flores Avenida_da_Praia Travessa_do_Poço"),
    _towns("1100-148=Lisboa 4050-253=Porto 3000-150=Coimbra 8000-138=Faro"),
    ("Sra.", "Sr."),
    ("+35191234", 4),
    ("+35121234", 4),
)
ITALIAN = Culture(
    "IT",
    "it",
    _words(
        "Alessia Alice Anna Beatrice Bianca Camilla Chiara Elena Elisa Federica Francesca Giulia "
        "Ilaria Laura Lucia Martina Nicolò_Maria Paola Sara Silvia"
    ),
    _words(
        "Alessandro Andrea Carlo Claudio Dario Davide Emanuele Enrico Fabio Filippo Giacomo "
        "Giovanni Lorenzo Luca Marco Matteo Nicolò Paolo Stefano Tommaso"
    ),
    _words(
        "Barbieri Bianchi Bruno Caruso Colombo Conti Costa D'Amico De_Luca Esposito Fabbri Ferrari "
        "Ferri Galli Gallo Gatti Greco Leone Lombardi Longo Mancini Marino Martini Moretti Neri "
        "Pellegrini Ricci Rinaldi Rizzo Romano Rossi Russo Sala Serra Testa Villa Vitale"
    ),
    _words("Via_Roma Via_dei_Mille Corso_Nuovo Piazza_del_Pozzo"),
    _towns("20121=Milano 10121=Torino 50122=Firenze 00184=Roma"),
    ("Sig.ra", "Sig."),
    ("+39312345", 4),
    ("+39021234", 4),
)
DUTCH = Culture(
    "NL",
    "nl",
    _words(
        "Anke Anouk Eva Femke Floor Hanneke Iris Jet Lieke Lotte Maaike Marijke Noor Sanne Tess"
    ),
    _words(
        "Bas Bram Daan Dirk Gijs Henk Jan Jeroen Joost Koen Lars Maarten Peter Ruben Sjoerd Wim"
    ),
    _words(
        "Bakker de_Boer de_Graaf de_Groot de_Jong de_Vries Dekker Dijkstra Hendriks Jansen Koster "
        "Kuipers Maas Meijer Mulder Peters Prins Smit van_Beek van_den_Berg van_der_Meer van_Dijk "
        "van_Dongen van_Leeuwen Verhoeven Visser Vos Willems"
    ),
    _words("Dorpsstraat Molenweg Kerkplein Prinsengang Nieuwe_Kade"),
    _towns("1012_AB=Amsterdam 3011_AA=Rotterdam 3511_AB=Utrecht"),
    ("Mevr.", "Dhr."),
    ("+3161234", 4),
    ("+3110123", 4),
)
POLISH = Culture(
    "PL",
    "pl",
    _words("Agnieszka Anna Ewa Iwona Joanna Kasia Magdalena Małgorzata Marta Zofia"),
    _words("Andrzej Jacek Jakub Jan Łukasz Marek Michał Paweł Piotr Wojciech"),
    _words(
        "Nowak Wójcik Kowalczyk Woźniak Mazur Krawczyk Zając Król Wróbel Dudek Pawlak Michalak "
        "Sikora Bąk Duda Szewczyk Pietrzak Jabłoński Wiśniewski Dąbrowski"
    ),
    _words("ulica_Polna ulica_Leśna ulica_Krótka"),
    _towns("00-001=Warszawa 30-001=Kraków 80-001=Gdańsk"),
    ("Pani", "Pan"),
    ("+4851234", 4),
    ("+4812345", 4),
)
GREEK = Culture(
    "GR",
    "el",
    _words("Eleni Katerina Maria Sofia Vasiliki Dimitra Ioanna Chrysoula"),
    _words("Georgios Yiannis Dimitrios Nikolaos Panagiotis Christos Vasilis Spyros"),
    _words("Papadopoulos Georgiou Nikolaidis Oikonomou Vlachos Makris Karagiannis Antoniou Pappas"),
    _words("Odos_Elaias Odos_Thalassis"),
    _towns("10552=Athina 54624=Thessaloniki"),
    ("Kyria", "Kyrios"),
    ("+3069123", 5),
    ("+3021012", 5),
)
MOROCCAN = Culture(
    "MA",
    "ar",
    _words("Amina Fatima-Zahra Khadija Leila Meryem Nadia Salma Yasmine Zineb Houda"),
    _words("Abdelilah Ahmed Hassan Ibrahim Karim Mohammed Mehdi Omar Rachid Youssef"),
    _words("El_Amrani Benali Bennani El_Fassi Idrissi Tazi Alaoui Chraibi Lahlou Ouazzani"),
    _words("rue_de_l'Atlas avenue_des_Palmiers"),
    _towns("20000=Casablanca 10000=Rabat"),
    ("Mme", "M."),
    ("+21265012", 4),
    ("+212520123", 3),
)
EMIRATI = Culture(
    "AE",
    "ar",
    _words("Aisha Hessa Latifa Maryam Noura Shamma"),
    _words("Abdullah Khalid Mohamed Rashid Saeed Sultan"),
    _words("Al_Falasi Al_Marri Al_Suwaidi Al_Ketbi Al_Hammadi bin_Salem"),
    _words("Palm_Street Pearl_Road"),
    _towns("00000=Dubai 00001=Abu_Dhabi"),
    ("Ms", "Mr"),
    ("+97150123", 4),
    ("+9712234", 4),
)
