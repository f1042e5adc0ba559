"""What demo sellers are called and where they are. All invented; e-mail addresses end in .example, which
nobody owns.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Land:
    """The material that one country's sellers are made of."""

    count: int
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    shops: tuple[str, ...]
    things: tuple[str, ...]
    shapes: tuple[str, ...]
    persons: tuple[tuple[str, ...], tuple[str, ...]]
    tax: str


# `shapes` puts a shop's name together of {shop}, {thing} and {city}; `tax` is a pattern, # being a digit.
LANDS: dict[str, Land] = {
    "FR": Land(
        110,
        (("Lyon", "69003"), ("Nantes", "44000"), ("Lille", "59800"), ("Toulouse", "31000"), ("Rennes", "35000"),
         ("Bordeaux", "33000"), ("Grenoble", "38000"), ("Marseille", "13006"), ("Angers", "49100"), ("Dijon", "21000")),
        ("rue de la République", "avenue Jean Jaurès", "quai des Chartrons", "rue Voltaire", "place du Marché"),
        ("Renov", "Seconde Vie", "Atelier", "Reboot", "Clic & Fixe", "Mobile Malin", "Ecotech", "Ressource",
         "Comptoir", "Débrouille", "Phénix", "Ici On Répare"),
        ("Mobile", "Tablettes", "Informatique", "Smartphones", "Consoles", "Audio", "Électro"),
        ("{shop} {thing} SARL", "{shop} {city}", "{shop} {thing}", "{shop} {thing} {city} SAS"),
        (("Camille", "Julien", "Nadia", "Hugo", "Élodie", "Thomas", "Fatou", "Maxime"),
         ("Bernard", "Lefèvre", "Girard", "Bonnet", "Diallo", "Perrin", "Marchand", "Roussel")),
        "FR##########",
    ),
    "ES": Land(
        80,
        (("Valencia", "46003"), ("Sevilla", "41001"), ("Bilbao", "48008"), ("Zaragoza", "50003"), ("Málaga", "29005"),
         ("Madrid", "28010"), ("Barcelona", "08013"), ("Murcia", "30001")),
        ("Calle Mayor", "Avenida de la Constitución", "Calle Colón", "Plaza del Pilar", "Gran Vía"),
        ("Segunda Mano", "Recircula", "Wise", "MóvilVivo", "ReNuevo", "Taller", "Chip", "Otra Vuelta", "EcoFix"),
        ("Devices", "Móviles", "Tablets", "Portátiles", "Consolas", "Electrónica"),
        ("{shop} {thing} SL", "{shop} {city} SL", "{shop} {thing} {city}"),
        (("Lucía", "Pablo", "Carmen", "Álvaro", "Marta", "Iván"), ("García", "Ortega", "Núñez", "Molina", "Serrano")),
        "ESB########",
    ),
    "DE": Land(
        85,
        (("Berlin", "10999"), ("Hamburg", "20357"), ("Leipzig", "04109"), ("Köln", "50674"), ("München", "80339"),
         ("Dresden", "01097"), ("Nürnberg", "90402"), ("Bremen", "28195"), ("Münster", "48143")),
        ("Hauptstraße", "Bahnhofstraße", "Gartenweg", "Lindenallee", "Am Markt"),
        ("Handywerk", "ReTech", "Zweitgerät", "Flickwerk", "Kreislauf", "Neuwert", "Gutgerät", "Fuchs", "Nordlicht"),
        ("Mobil", "Elektronik", "Tablets", "Notebooks", "Konsolen", "Audio"),
        ("{shop} {thing} GmbH", "{shop} {city} GmbH", "{shop} {thing} UG", "{shop} {thing} {city}"),
        (("Anna", "Lukas", "Miriam", "Jörg", "Sophie", "Emre"), ("Schäfer", "Krüger", "Yılmaz", "Vogel", "Lorenz")),
        "DE#########",
    ),
    "IT": Land(
        55,
        (("Milano", "20124"), ("Torino", "10122"), ("Bologna", "40126"), ("Napoli", "80134"), ("Verona", "37121")),
        ("Via Garibaldi", "Corso Italia", "Via Roma", "Viale dei Mille", "Piazza Dante"),
        ("Rigenera", "Usato Sicuro", "Riparo", "TecnoBis", "Nuova Vita", "Officina", "Ricircolo"),
        ("Telefoni", "Tablet", "Computer", "Console", "Elettronica"),
        ("{shop} {thing} Srl", "{shop} {city} Srl", "{shop} {thing}"),
        (("Giulia", "Marco", "Chiara", "Davide", "Elena"), ("Ricci", "Ferraro", "Gallo", "De Luca", "Marini")),
        "IT###########",
    ),
    "US": Land(
        35,
        (("Portland, OR", "97214"), ("Austin, TX", "78704"), ("Columbus, OH", "43215"), ("Denver, CO", "80205"),
         ("Raleigh, NC", "27601"), ("Tampa, FL", "33602"), ("Oakland, CA", "94607")),
        ("Main Street", "Oak Avenue", "Market Street", "Second Street", "Mill Road"),
        ("Second Signal", "Gadget Garage", "Renewed", "Loop", "Fresh Boot", "Bluebird", "Ninth Life", "Evergreen"),
        ("Phones", "Electronics", "Tablets", "Laptops", "Consoles", "Mobile"),
        ("{shop} {thing} LLC", "{shop} {thing} Inc", "{shop} {thing}"),
        (("Maya", "Jordan", "Elijah", "Grace", "Luis"), ("Carter", "Nguyen", "Brooks", "Ramirez", "Whitfield")),
        "##-#######",
    ),
    "GB": Land(
        20,
        (("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Glasgow", "G2 1DU"), ("Cardiff", "CF10 1EP"),
         ("Norwich", "NR2 1TF"), ("Manchester", "M4 1HN")),
        ("High Street", "Station Road", "Church Lane", "Victoria Road", "Queen Street"),
        ("Mended", "Good As New", "Rewired", "Kettle & Chip", "Round Again", "Tinker", "Foxglove"),
        ("Phones", "Tech", "Tablets", "Computing", "Games"),
        ("{shop} {thing} Ltd", "{shop} {thing}", "{shop} {thing} {city} Ltd"),
        (("Amelia", "Callum", "Priya", "Owen", "Isla"), ("Hughes", "Patel", "MacLeod", "Turner", "Okoro")),
        "GB#########",
    ),
    "JP": Land(
        25,
        (("東京都千代田区", "101-0021"), ("大阪市浪速区", "556-0005"), ("名古屋市中区", "460-0011"),
         ("福岡市博多区", "812-0011"), ("札幌市中央区", "060-0061")),
        ("外神田1丁目", "日本橋3丁目", "大須4丁目", "博多駅前2丁目", "南一条西5丁目"),
        ("リユース", "みらい", "さくら", "エコテック", "まごころ", "あおぞら", "ループ"),
        ("モバイル", "デジタル", "カメラ", "パソコン", "ゲーム", "オーディオ"),
        ("株式会社{shop}{thing}", "{shop}{thing}合同会社", "{shop}{thing}", "有限会社{shop}{thing}"),
        (("健一", "美咲", "大輔", "由美", "翔太"), ("佐藤", "鈴木", "高橋", "田中", "渡辺")),
        "T#############",
    ),
}  # fmt: skip

PRODUCTS: tuple[tuple[str, int], ...] = (
    ("Smartphone 128 GB, very good", 32_900),
    ("Smartphone 64 GB, good", 18_900),
    ("Smartphone 256 GB, like new", 54_900),
    ("Tablet 10 inch, good", 24_900),
    ("Laptop 13 inch, refurbished", 69_900),
    ("Wireless earbuds", 7_900),
    ("Smartwatch, very good", 14_900),
    ("Game console, good", 21_900),
    ("Monitor 24 inch", 9_900),
    ("Camera body, good", 38_900),
)
"""What is sold, and its usual price in hundredths of euro."""
