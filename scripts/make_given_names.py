"""Make cx_text/text/given_names.txt: given names of many countries that are not words of comments.

    pip install faker
    python scripts/make_given_names.py --data FOLDER

The names are those of Faker (MIT licence), from lists of the countries' statistical offices. A name that comments use
as a word is left out: one that stands in lower case in the labelled sets of FOLDER, or is a place, a brand or a month.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections import Counter
from pathlib import Path

from labelled_data import rows

from cx_text.text.word_lists import words_of

LOCALES = words_of("""
ar_AA az_AZ cs_CZ de_DE dk_DK en en_GB en_IE en_IN en_NG en_NZ en_PK en_TH en_US es es_ES es_MX et_EE fi_FI fr_FR
ga_IE gu_IN ha_NG hi_IN hr_HR hu_HU id_ID ig_NG is_IS it_IT lt_LT lv_LV nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK
sl_SI sq_AL sv_SE sw ta_IN tr_TR tw_GH vi_VN yo_NG zu_ZA
""")
SETS = ("nhs_fft_phase1", "airline_ba_reviews", "app_reviews_4class", "womens_clothing", "canada_page_feedback",
        "cfpb_complaints", "banking77")
MOST_IN_LOWER_CASE = 3
# Names so common that they are kept, in whatever case comments write them.
COMMON = words_of("""
aaron abdul abdullah abigail adam adrian aisha alan albert alejandro alex alexander alexandra alexis alice alicia
alison allison amanda amber amelia amina amy ana anastasia andrea andreas andrew andy angela anita ann anna anne
annette annie anthony antonio arjun arthur ashley ayesha barbara barry beatrice becky ben benjamin bernard beth
bethany beverley bianca brandon brenda brian bridget bruce bryan callum cameron carl carla carlos carmen caroline
catherine cathy charles charlie charlotte cheryl chloe chris christina christine christopher claire clare claudia
colin connor craig cynthia daisy daniel daniela danielle darren dave david dean debbie deborah denise dennis derek
diana diane diego dominic donald donna dorothy doug douglas dylan eddie edward eileen elaine eleanor elena elizabeth
ella ellen ellie emily emma enrique eric erica erik esther ethan eugene eva evelyn fatima fernando fiona francesca
francis francisco freddie gareth gary gavin gemma geoff george georgia gerald gillian giovanni gloria gordon graham
greg gregory hannah harry hassan hayley hazel heather helen helena henry howard hugh hussein ian ibrahim imran ines
ingrid irene isaac isabel isabella isabelle ivan jackie jacob jacqueline jake james jamie jane janet janice jason
javier jeff jeffrey jennifer jenny jeremy jess jesse jessica jill jim jimmy joan joanna joanne joe joel johan johanna
john jonathan jorge jose joseph josh joshua juan judith judy julia julian julie justin karen karl kate katherine
kathleen kathryn kathy katie kayleigh keith kelly ken kenneth kerry kevin kim kimberly kirsten kyle laura lauren leah
lee leo leon leonard leslie lewis liam linda lindsay lisa liz lorraine louis louise lucas lucia lucy luis luke lynn
maddie magdalena malcolm manuel marcus margaret maria marie marilyn mario marion martha martin mary matt matthew
maureen megan melanie melissa michael michelle miguel mike mitchell mohamed mohammad mohammed molly monica muhammad
nadia nancy natalie natasha nathan neil niamh nicholas nick nicola nicole nigel noah nora oliver olivia omar oscar
owen pablo pamela patricia patrick paul paula pauline pedro phil philip phillip pierre priya rachael rachel rahul
rajesh ralph raymond rebecca ricardo richard rita robert roberto roger ronald rosie ross roy russell ruth
ryan sally sam samantha samuel sandra sara sarah scott sean sebastian sergio shane shannon sharon sheila shirley simon
sophia sophie stacey stanley stephanie stephen steve steven stuart sunita susan suzanne tanya tara teresa thomas tim
timothy tina toby tom tony tracey tracy valerie vanessa vera veronica vicky vincent walter wayne wendy william yasmin
yusuf yvonne zara zoe
""")
# Names that those lists lack.
MORE = words_of("""
Siobhán Sinéad Róisín Pádraig Mairéad Niamh Aoife Saoirse Ciarán Seán Eoin Oisín Caoimhe Gráinne Orla Fionnuala
Deirdre Tadhg Diarmuid Cormac Cathal Colm Donal Eamon Fergus Ruairí Muireann Bríd Úna Áine Clodagh Bronagh Siobhan
Sinead Roisin Rhiannon Sioned Carys Gethin Huw Iestyn Eilidh Mhairi Catriona Morag Hamish Euan Ewan Fraser Blair
Kirsty Oluwaseun Oluwatobi Nkechi Ngozi Chidi Chioma Chukwuemeka Emeka Ifeoma Obinna Tunde Temitope Folake Funmi Femi
Kemi Sade Adebayo Adaeze Uche Amaka Yetunde Kofi Kwame Ama Abena Akosua Yaw Thabo Sipho Nomsa Lerato Tendai Wanjiku
Otieno Achieng Sunita Deepika Deepak Anjali Sanjay Vijay Suresh Ramesh Mahesh Lakshmi Kavita Pooja Neha Rohit Amit
Ankit Rakesh Manoj Anil Ajay Arvind Harpreet Jaspreet Gurpreet Manpreet Simran Meera Nisha Rekha Geeta Sushma Vikram
Nikhil Karthik Divya Swati Shreya Rajesh Dinesh Mukesh Naveen Praveen Sandeep Pradeep Kuldeep Balwinder Sukhdeep
Parminder Abdulrahman Abdullah Mohammed Muhammad Ahmed Mustafa Ibrahim Yusuf Bilal Tariq Imran Faisal Zainab Khadija
Maryam Layla Hussein Hussain Rashid Nadeem Waqar Shabana Nasreen Rukhsana Samina Saima Amina Fatima Aisha Ayesha Omar
Khalid Walid Samir Thuy Linh Huong Trang Minh Tuan Hoang Xiao Wei Jing Mei Yuki Haruto Sakura Kenji Hiroshi Minjun
Jiwoo Małgorzata Krzysztof Grzegorz Zofia Paweł Łukasz Svetlana Dmitri Natalya Oksana Volodymyr Andriy Bogdan Ionut
Mihaela Davo Shaz Gaz Baz Dez Shazza Tamsin Jemima Imogen Saskia Freya Isla Alfie Archie Ollie Freddie Teddie
""")
# Places, brands, products, titles and words of feedback that are some country's names, too.
NOT_NAMES = words_of("""
adelaide africa albion aldo alexa alexandria america april asia athena atlanta atlas austin avon benedict berlin boots
bristol brooklyn bush cairo candy carolina chad chelsea china cuba dakota dallas delhi delta denver dev diesel dior
dublin eden elizabeth england essex europa europe florence florida france genesis geneva georgia ginger houston india
indiana invite ireland israel italia jan jersey jordan june kent kenya king kingston kipling lagos lincoln line lisbon
london lourdes mac madison madonna malaga malta marina martini mercedes messi mickey milan montana nelson nike nissan
norma orlando oslo oxford paris persia phoenix pilar porto preston princess queen regina rhodes rio roma rome santiago
savannah shannon siri sky sofia sydney tesla toffee trent trinidad troy turkey tyne valencia venice verona viber
victoria vienna virginia virgo vista vodafone wales washington york zurich
""")


def given_names() -> set[str]:
    """Return the given names of Faker's lists that are one word in Latin letters of three or more."""
    found: set[str] = set()
    for locale in sorted(LOCALES):
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ImportError:
            continue
        for name in ("first_names", "first_names_male", "first_names_female", "first_names_nonbinary"):
            listed = getattr(provider, name, ())
            found.update(listed if not isinstance(listed, property) else ())
    return {n for n in found if re.fullmatch(r"[^\W\d_]{3,}", n) and n[0].isupper() and max(map(ord, n)) < 0x250}


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    folder = parser.parse_args().data
    in_lower_case = Counter(word for name in SETS for row in rows(folder, name)
                            for word in set(re.findall(r"(?<![\w'@.])[^\W\d_A-Z]+(?![\w'@.])", row.get("text") or "")))
    kept = sorted({n.casefold() for n in [*given_names(), *MORE]} - NOT_NAMES)
    kept = sorted({name for name in kept if in_lower_case[name] <= MOST_IN_LOWER_CASE} | COMMON)
    path = Path(__file__).parents[1] / "cx_text" / "text" / "given_names.txt"
    path.write_text("# Given names from Faker's lists (MIT licence); made by scripts/make_given_names.py\n"
                    + "\n".join(kept) + "\n", "utf-8")
    print(f"{len(kept):,} names in {path.name}")


if __name__ == "__main__":
    main()
