# ruff: noqa: E501, RUF001 - a row is read as one line, and letters of other alphabets are what this is about
"""A small export in each language, whose headers and values are words of it: three products, the same in all.

The first is in stock, new, for men; the second sold out, reconditioned, for girls; the third is to come on a day in
November, used, for babies of either sex. In the order of COLUMNS, parted by bars.
"""

from dataclasses import dataclass

COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "availability", "availability_date",
    "price", "sale_price", "currency", "brand", "condition", "color", "size", "gender", "age_group", "adult",
    "product_type", "shipping_weight",
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """What a merchant writes: names of columns, then what the three products have where words matter.

    `adult` is what three products say of being for grown-ups only: no. `day` is the 27th of November.
    """

    headers: str
    titles: str
    availability: str
    condition: str
    gender: str
    age_group: str
    adult: str
    weight: str
    day: str


EXPORTS = {
    "de": Export(
        "Artikelnummer|Bezeichnung|Beschreibung|Produktlink|Bild|weitere Bilder|Verfügbarkeit|Lieferbar ab|Preis|Aktionspreis"
        "|Währung|Marke|Zustand|Farbe|Größe|Geschlecht|Altersgruppe|Nur für Erwachsene|Kategorie|Gewicht",
        "Wollmütze|Regenjacke|Strampler", "Sofort lieferbar|Ausverkauft|vorbestellbar", "Neu|generalüberholt|gebraucht",
        "Herren|Mädchen|Unisex", "Erwachsene|Kinder|Säugling", "nein|Nein|FALSCH", "250 Gramm", "27. November 2026",
    ),
    "fr": Export(
        "Référence|Désignation|Description longue|Lien produit|URL de l'image|Images supplémentaires|Disponibilité"
        "|Disponible à partir du|Prix TTC|Prix promo|Devise|Marque|État|Couleur|Taille|Genre|Tranche d'âge|Pour adultes"
        "|Catégorie|Poids",
        "Bonnet en laine|Imperméable|Grenouillère", "En stock|Rupture de stock|Précommande", "Neuf|Reconditionné|D'occasion",
        "Homme|Fille|Mixte", "Adulte|Enfant|Bébé", "non|Non|FAUX", "250 grammes", "27 novembre 2026",
    ),
    "es": Export(
        "Código de producto|Nombre|Descripción larga|Enlace|Imagen principal|Imágenes adicionales|Disponibilidad"
        "|Fecha de disponibilidad|Precio|Precio de oferta|Moneda|Fabricante|Estado|Colores|Talla|Género|Grupo de edad"
        "|Para adultos|Categoría|Peso",
        "Gorro de lana|Chubasquero|Pelele", "En existencias|Agotado|Preventa", "Nuevo|Reacondicionado|Segunda mano",
        "Hombre|Niña|Unisex", "Adulto|Infantil|Bebé", "no|No|FALSO", "250 gramos", "27 de noviembre de 2026",
    ),
    "it": Export(
        "Codice articolo|Nome prodotto|Descrizione|Link prodotto|Immagine|Altre immagini|Disponibilità|Disponibile dal|Prezzo"
        "|Prezzo scontato|Valuta|Marca|Condizione|Colore|Taglia|Sesso|Fascia d'età|Per adulti|Categoria|Peso",
        "Berretto di lana|Impermeabile|Tutina", "Disponibile|Esaurito|Preordine", "Nuovo|Ricondizionato|Usato",
        "Uomo|Bambina|Unisex", "Adulto|Bambini|Lattante", "no|No|FALSO", "250 grammi", "27 novembre 2026",
    ),
    "pt": Export(
        "Referência|Nome do produto|Descrição|Link do produto|Imagem|Imagens adicionais|Disponibilidade|Disponível a partir de"
        "|Preço|Preço promocional|Moeda|Marca|Condição|Cor|Tamanho|Género|Faixa etária|Para adultos|Categoria|Peso",
        "Gorro de lã|Impermeável|Babygrow", "Em stock|Esgotado|Pré-venda", "Novo|Recondicionado|Usado",
        "Homem|Menina|Unissexo", "Adulto|Criança|Bebé", "não|Não|FALSO", "250 gramas", "27 de novembro de 2026",
    ),
    "nl": Export(
        "Artikelnummer|Productnaam|Omschrijving|Productlink|Afbeelding|Extra afbeeldingen|Beschikbaarheid|Leverbaar vanaf|Prijs"
        "|Actieprijs|Valuta|Merk|Conditie|Kleur|Maat|Geslacht|Leeftijdsgroep|Alleen volwassenen|Categorie|Gewicht",
        "Wollen muts|Regenjas|Rompertje", "Op voorraad|Uitverkocht|Voorbestellen", "Nieuw|Gereviseerd|Tweedehands",
        "Heren|Meisjes|Unisex", "Volwassenen|Kinderen|Zuigeling", "nee|Nee|ONWAAR", "0,25 kilo", "27 november 2026",
    ),
    "pl": Export(
        "Kod produktu|Nazwa|Opis|Link do produktu|Zdjęcie|Dodatkowe zdjęcia|Dostępność|Dostępny od|Cena brutto|Cena promocyjna"
        "|Waluta|Producent|Stan produktu|Kolor|Rozmiar|Płeć|Grupa wiekowa|Tylko dla dorosłych|Kategoria|Waga",
        "Czapka z wełny|Kurtka|Śpioszki", "Dostępny|Brak w magazynie|Przedsprzedaż", "Nowy|Odnowiony|Używany",
        "Męskie|Dziewczynka|Damsko-męskie", "Dorośli|Dzieci|Niemowlę", "nie|Nie|FAŁSZ", "250 gramów", "27 listopada 2026 r.",
    ),
    "cs": Export(
        "Kód produktu|Název|Popis|Odkaz|Obrázek|Další obrázky|Dostupnost|Dostupné od|Cena s DPH|Akční cena|Měna|Výrobce"
        "|Stav zboží|Barva|Velikost|Pohlaví|Věková skupina|Pouze pro dospělé|Kategorie|Hmotnost",
        "Vlněná čepice|Pláštěnka|Dupačky", "Skladem|Vyprodáno|Předobjednávka", "Nové|Repasované|Použité",
        "Pánské|Dívčí|Unisex", "Dospělý|Děti|Kojenec", "ne|Ne|NEPRAVDA", "250 gramů", "27. listopadu 2026",
    ),
    "sk": Export(
        "Kód produktu|Názov|Popis|Odkaz|Obrázok|Ďalšie obrázky|Dostupnosť|Dostupné od|Cena s DPH|Akciová cena|Mena|Výrobca"
        "|Stav tovaru|Farba|Veľkosť|Pohlavie|Veková skupina|Len pre dospelých|Kategória|Hmotnosť",
        "Vlnená čiapka|Pršiplášť|Dupačky", "Skladom|Vypredané|Predobjednávka", "Nové|Repasované|Použité",
        "Pánske|Dievčenské|Unisex", "Dospelý|Deti|Dojča", "nie|Nie|NEPRAVDA", "250 gramov", "27. novembra 2026",
    ),
    "sv": Export(
        "Artikelnummer|Produktnamn|Beskrivning|Produktlänk|Bild|Fler bilder|Lagerstatus|Tillgänglig från|Pris inkl. moms"
        "|Kampanjpris|Valuta|Varumärke|Skick|Färg|Storlek|Kön|Åldersgrupp|Endast för vuxna|Kategori|Vikt",
        "Ullmössa|Regnjacka|Sparkdräkt", "I lager|Slutsåld|Förhandsboka", "Ny|Renoverad|Begagnad",
        "Herr|Flickor|Unisex", "Vuxen|Barn|Spädbarn", "nej|Nej|FALSKT", "250 gram", "27 november 2026",
    ),
    "da": Export(
        "Varenummer|Produktnavn|Beskrivelse|Produktlink|Billede|Flere billeder|Lagerstatus|Tilgængelig fra|Pris inkl. moms"
        "|Tilbudspris|Valuta|Mærke|Stand|Farve|Størrelse|Køn|Aldersgruppe|Kun for voksne|Kategori|Vægt",
        "Uldhue|Regnjakke|Sparkedragt", "På lager|Udsolgt|Forudbestilling", "Ny|Istandsat|Brugt",
        "Herre|Piger|Unisex", "Voksen|Børn|Spædbarn", "nej|Nej|FALSK", "0,25 kg", "27. november 2026",
    ),
    "nb": Export(
        "Varenummer|Produktnavn|Beskrivelse|Produktlenke|Bilde|Flere bilder|Lagerstatus|Tilgjengelig fra|Pris inkl. mva"
        "|Kampanjepris|Valuta|Merke|Tilstand|Farge|Størrelse|Kjønn|Aldersgruppe|Kun for voksne|Kategori|Vekt",
        "Ullhue|Regnjakke|Sparkebukse", "På lager|Utsolgt|Forhåndsbestilling", "Ny|Overhalt|Brukt",
        "Herre|Jenter|Unisex", "Voksen|Barn|Spedbarn", "nei|Nei|USANN", "0,25 kg", "27. november 2026",
    ),
    "fi": Export(
        "Tuotenumero|Tuotteen nimi|Kuvaus|Linkki|Kuva|Lisäkuvat|Saatavuus|Saatavilla alkaen|Hinta|Tarjoushinta|Valuutta"
        "|Valmistaja|Kunto|Väri|Koko|Sukupuoli|Ikäryhmä|Vain aikuisille|Kategoria|Paino",
        "Villapipo|Sadetakki|Potkupuku", "Varastossa|Loppuunmyyty|Ennakkotilaus", "Uusi|Kunnostettu|Käytetty",
        "Miehet|Tytöt|Unisex", "Aikuinen|Lapset|Vauva", "ei|Ei|EPÄTOSI", "250 grammaa", "27. marraskuuta 2026",
    ),
    "hu": Export(
        "Cikkszám|Terméknév|Leírás|Termék link|Kép|További képek|Elérhetőség|Elérhető ettől|Ár|Akciós ár|Pénznem|Gyártó|Állapot"
        "|Szín|Méret|Nem|Korosztály|Csak felnőtteknek|Kategória|Súly",
        "Gyapjúsapka|Esőkabát|Rugdalózó", "Raktáron|Elfogyott|Előrendelés", "Új|Felújított|Használt",
        "Férfi|Lány|Uniszex", "Felnőtt|Gyerek|Csecsemő", "nem|Nem|HAMIS", "250 gramm", "2026. november 27.",
    ),
    "ro": Export(
        "Cod produs|Denumire|Descriere|Link produs|Imagine|Imagini suplimentare|Disponibilitate|Disponibil din|Preț|Preț redus"
        "|Monedă|Producător|Stare|Culoare|Mărime|Gen|Grupă de vârstă|Doar pentru adulți|Categorie|Greutate",
        "Căciulă de lână|Pelerină|Salopetă", "În stoc|Stoc epuizat|Precomandă", "Nou|Recondiționat|Folosit",
        "Bărbați|Fete|Unisex", "Adulți|Copii|Bebeluș", "nu|Nu|FALS", "250 grame", "27 noiembrie 2026",
    ),
    "el": Export(
        "Κωδικός προϊόντος|Ονομασία|Περιγραφή|Σύνδεσμος|Εικόνα|Πρόσθετες εικόνες|Διαθεσιμότητα|Διαθέσιμο από|Τιμή|Τιμή προσφοράς"
        "|Νόμισμα|Κατασκευαστής|Κατάσταση|Χρώμα|Μέγεθος|Φύλο|Ηλικιακή ομάδα|Μόνο για ενήλικες|Κατηγορία|Βάρος",
        "Μάλλινο σκουφί|Αδιάβροχο|Φορμάκι", "ΔΙΑΘΈΣΙΜΟ|Εξαντλήθηκε|Προπαραγγελία", "Καινούργιο|Ανακατασκευασμένο|Μεταχειρισμένο",
        "ΆΝΔΡΕΣ|Κορίτσι|Unisex", "Ενήλικες|Παιδικό|Βρέφος", "όχι|ΟΧΙ|ΨΕΥΔΗΣ", "250 γραμμάρια", "27 Νοεμβρίου 2026",
    ),
    "tr": Export(
        "Stok kodu|Ürün adı|Açıklama|Ürün linki|Görsel|Ek görseller|Stok durumu|Satışa çıkış tarihi|Fiyat|İndirimli fiyat"
        "|Para birimi|Marka|Ürün durumu|Renk|Beden|Cinsiyet|Yaş grubu|Yetişkin ürünü|Kategori|Ağırlık",
        "Yün bere|Yağmurluk|Tulum", "Stokta var|TÜKENDİ|Ön sipariş", "SIFIR|Yenilenmiş|İkinci el",
        "Erkek|Kız|Üniseks", "Yetişkin|Çocuk|Bebek", "hayır|HAYIR|YANLIŞ", "250 gr", "27 Kasım 2026",
    ),
    "ru": Export(
        "Артикул|Название|Описание|Ссылка|Картинка|Дополнительные изображения|Наличие|Дата поступления|Цена|Цена со скидкой"
        "|Валюта|Производитель|Состояние|Цвет|Размер|Пол|Возрастная группа|Только для взрослых|Категория|Вес",
        "Шерстяная шапка|Дождевик|Ползунки", "В наличии|Нет в наличии|Предзаказ", "Новый|Восстановленный|Б/у",
        "Мужской|Девочка|Унисекс", "Взрослый|Дети|Младенец", "нет|Нет|ЛОЖЬ", "250 г", "27 ноября 2026 г.",
    ),
    "uk": Export(
        "Артикул|Назва|Опис|Посилання|Зображення|Додаткові зображення|Наявність|Дата надходження|Ціна|Ціна зі знижкою|Валюта"
        "|Виробник|Стан товару|Колір|Розмір|Стать|Вікова група|Лише для дорослих|Категорія|Вага",
        "Вовняна шапка|Дощовик|Повзунки", "В наявності|Немає в наявності|Передзамовлення", "Новий|Відновлений|Вживаний",
        "Чоловічий|Дівчинка|Унісекс", "Дорослий|Діти|Немовля", "ні|Ні|ХИБНІСТЬ", "250 г", "27 листопада 2026",
    ),
    "bg": Export(
        "Код на продукта|Наименование|Описание|Линк към продукта|Снимка|Допълнителни снимки|Наличност|Наличен от|Цена"
        "|Промоционална цена|Валута|Производител|Състояние|Цвят|Размер|Пол|Възрастова група|Само за възрастни|Категория|Тегло",
        "Вълнена шапка|Дъждобран|Ританки", "В наличност|Изчерпан|Предварителна поръчка", "Нов|Реновиран|Употребяван",
        "Мъжки|Момиче|Унисекс", "Възрастни|Деца|Бебе", "не|Не|НЕВЯРНО", "250 грама", "27 ноември 2026",
    ),
    "hr": Export(
        "Šifra proizvoda|Naziv|Opis|Poveznica|Slika|Dodatne slike|Dostupnost|Dostupno od|Cijena|Akcijska cijena|Valuta"
        "|Proizvođač|Stanje proizvoda|Boja|Veličina|Spol|Dobna skupina|Samo za odrasle|Kategorija|Težina",
        "Vunena kapa|Kabanica|Benkica", "Na zalihi|Rasprodano|Pretprodaja", "Novo|Obnovljeno|Rabljeno",
        "Muški|Djevojčica|Uniseks", "Odrasli|Djeca|Dojenče", "ne|Ne|LAŽ", "250 grama", "27. studenoga 2026.",
    ),
    "sl": Export(
        "Šifra izdelka|Naziv izdelka|Opis|Povezava|Slika|Dodatne slike|Razpoložljivost|Na voljo od|Cena|Akcijska cena|Valuta"
        "|Proizvajalec|Stanje izdelka|Barva|Velikost|Spol|Starostna skupina|Samo za odrasle|Kategorija|Teža",
        "Volnena kapa|Dežni plašč|Pajac", "Na zalogi|Razprodano|Prednaročilo", "Novo|Obnovljeno|Rabljeno",
        "Moški|Deklica|Uniseks", "Odrasli|Otroci|Dojenček", "ne|Ne|NE", "250 gramov", "27. november 2026",
    ),
    "ja": Export(
        "商品番号|商品名|商品説明|商品URL|商品画像|追加画像|在庫状況|発売日|販売価格|セール価格|通貨|メーカー|商品の状態|カラー|サイズ|性別|年齢層|成人向け|カテゴリ|重量",
        "ウール帽子|レインコート|ロンパース", "在庫あり|売り切れ|予約受付中", "新品|整備済み|中古",
        "メンズ|女の子|男女兼用", "大人|キッズ|ベビー", "いいえ|いいえ|偽", "250グラム", "2026年11月27日",
    ),
    "ko": Export(
        "상품번호|상품명|상품설명|상품 링크|대표이미지|추가이미지|재고상태|출시일|판매가|할인가|통화|제조사|상품상태|색상|사이즈|성별|연령대|성인용|카테고리|무게",
        "울 모자|레인코트|롬퍼", "재고 있음|품절|예약판매", "새상품|리퍼비시|중고",
        "남성|여아|남녀공용", "성인|아동|아기", "아니오|아니요|거짓", "250 그램", "2026년 11월 27일",
    ),
    "zh": Export(
        "商品编号|商品名称|商品描述|商品链接|商品图片|其他图片|库存状态|上市日期|价格|促销价|货币|品牌|商品状况|颜色|尺码|性别|年龄段|成人用品|类别|重量",
        "羊毛帽|雨衣|连体衣", "有货|售罄|预售", "全新|翻新|二手",
        "男士|女孩|男女通用", "成人|儿童|婴儿", "否|否|假", "250克", "2026年11月27日",
    ),
}  # fmt: skip
