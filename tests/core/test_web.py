import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidValue
from app.core.web import domain_of, format_website, is_generic_email, parse_email, parse_website

# --- E-mail


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        (" Jeanne.Martin@ACME.fr\n", "Jeanne.Martin@acme.fr"),
        ("mailto:jeanne@acme.fr?subject=Stage", "jeanne@acme.fr"),
        ("<jeanne@acme.fr>", "jeanne@acme.fr"),
        ("Jeanne Martin <jeanne@acme.fr>;", "jeanne@acme.fr"),
        ("Jeanne <mailto:jeanne@acme.fr>", "jeanne@acme.fr"),
        ("jean\u200bne@ac\u00adme.fr\ufeff", "jeanne@acme.fr"),
        ("jeanne＠acme.fr", "jeanne@acme.fr"),
        ("jeanne@acme.fr.", "jeanne@acme.fr"),
        ("o'brien+crm@acme.co.uk", "o'brien+crm@acme.co.uk"),
        ("jeanne@École.fr", "jeanne@école.fr"),
        ("demo@acme.example", "demo@acme.example"),
    ],
)
def test_an_email_is_read_however_it_is_pasted(pasted, stored):
    assert parse_email(pasted) == stored


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("jeanne.acme.fr", "Il manque le signe @"),
        ("jeanne@acme", "n’est pas valable"),
        ("jeanne martin@acme.fr", "sans espace"),
        ("a@acme.fr; b@acme.fr", "saisissez les autres à part"),
        ("a@b@acme.fr", "n’est pas valable"),
        ("a@acme.fr\nBcc: b@acme.fr", "saisissez les autres à part"),
        ("", "vide"),
    ],
)
def test_a_refused_email_says_what_is_wrong(pasted, sentence):
    with pytest.raises(InvalidValue) as refusal:
        parse_email(pasted)
    assert sentence in str(refusal.value)


@given(st.emails())
def test_an_email_that_is_taken_is_stable(address):
    try:
        stored = parse_email(address)
    except InvalidValue:
        return
    assert parse_email(stored) == parse_email(f" <{stored}> ") == stored
    assert domain_of(stored) == domain_of(stored.upper())


@pytest.mark.parametrize(
    "email", ["contact@a.fr", "RH-Paris@a.fr", "no-reply@a.fr", "service.client@a.fr", "info2@a.fr"]
)
def test_a_mailbox_of_several_people_is_known_as_such(email):
    assert is_generic_email(email)


@pytest.mark.parametrize("email", ["jeanne@contact.fr", "infante@a.fr", "rhea@a.fr", "12@a.fr"])
def test_a_mailbox_of_one_person_is_not_generic(email):
    assert not is_generic_email(email)


# --- Websites


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("acme.fr", "https://acme.fr"),
        (" WWW.Acme.FR/RH/ \n", "https://www.acme.fr/RH/"),
        ("HTTP://acme.fr/", "http://acme.fr"),
        ("http://acme.fr:80/", "http://acme.fr"),
        ("acme.fr:8080", "https://acme.fr:8080"),
        ("//acme.fr", "https://acme.fr"),
        ("<https://acme.fr>", "https://acme.fr"),
        ("acme.fr?q=1#x", "https://acme.fr/?q=1#x"),
        ("école.fr/é", "https://xn--cole-9oa.fr/%C3%A9"),
        ("ac\u200bme.fr", "https://acme.fr"),
        ("acme.fr.", "https://acme.fr"),
    ],
)
def test_a_website_is_read_however_it_is_pasted(pasted, stored):
    assert parse_website(pasted) == stored


@pytest.mark.parametrize(
    "pasted",
    [
        "javascript:alert(1)",
        "JavaScript://acme.fr/%0aalert(1)",
        "java\u200bscript:alert(1)",
        "javascript:8080//acme.fr",
        "data:text/html,x",
        "ftp://acme.fr",
        "mailto:a@acme.fr",
        "a@acme.fr",
        "https://google.com@acme.fr",
        "acme",
        "https://localhost/",
        "acme .fr",
        "acme.fr/a b",
        "https:\\\\acme.fr",
        "http://127.0.0.1/",
        "http://127.0.0.0x1/",
        "http://[::1]/",
        "http://acme.fr:99999",
        "https://",
        "a..fr",
        "acme.fr/" + "x" * 500,
        "",
    ],
)
def test_what_is_no_website_is_refused(pasted):
    with pytest.raises(InvalidValue):
        parse_website(pasted)


def test_a_website_that_is_too_long_says_how_long_it_may_be():
    with pytest.raises(InvalidValue, match="500 caractères au plus"):
        parse_website("acme.fr/" + "x" * 500)


def test_a_website_is_shown_short_and_in_its_own_letters():
    assert format_website("https://www.acme.fr/rh") == "www.acme.fr/rh"
    assert format_website("http://acme.fr") == "http://acme.fr"
    assert format_website("https://xn--cole-9oa.fr") == "école.fr"


def test_a_name_that_looks_like_another_is_shown_in_ascii():
    stored = parse_website("https://\u0430pple.com")
    assert format_website(stored) == "xn--pple-43d.com"


hosts = st.from_regex(r"\A[a-zé]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,6}){1,2}\Z")
paths = st.text("aé/%?#&=.;,'\"<>+:-_~[]{}|^`0", max_size=25)


@given(st.sampled_from(["", "http://", "https://", "//"]), hosts, paths)
def test_a_website_survives_its_own_display(scheme, host, path):
    try:
        stored = parse_website(f"{scheme}{host}/{path}")
    except InvalidValue:
        return
    assert stored.isascii()
    assert parse_website(format_website(stored)) == parse_website(stored) == stored


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.acme.fr/rh", "acme.fr"),
        ("http://acme.fr:8080", "acme.fr"),
        ("jeanne@Acme.fr", "acme.fr"),
        ("jeanne@école.fr", "xn--cole-9oa.fr"),
        ("https://xn--cole-9oa.fr", "xn--cole-9oa.fr"),
        ("nothing", None),
        ("https://[", None),
    ],
)
def test_the_domain_of_a_website_or_email(address, domain):
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    "host",
    ["acme.fr", "1and1.com", "a-b.c-d.example", "xn--caf-dma.example", "-a.fr", "a-.fr", "a--b.fr",
     "ab--c.fr", "acme.fr.", "a..fr", f"{'a' * 63}.fr", f"{'a' * 64}.fr", "under_score.fr",
     f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.fr", "ÉTÉ.example", "straße.de"],
)  # fmt: skip
def test_plain_hosts_are_read_as_international_ones_would_be(host: str) -> None:
    try:
        expected = idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        expected = None
    assert domain_of(f"someone@{host}") == expected
    assert domain_of(f"https://{host}") == expected
    assert domain_of(f"http://www.{host}/a?b=c@d") == expected
