"""What a person types first: it works, or the answer names the words to type next.

One row an attempt: the words typed, and what must be in the answer. WORKS has what must be on
stdout, with exit status 0; ASKS has the words to type next, on stderr, with the exit status.
"""

import shlex

import pytest

HERE = "--zip 94110 --dos 11/03/2025"
WORKS = [
    # a line: its code, its modifiers, its units
    (f"estimate 64493-50 {HERE}", "334.31"),
    (f"estimate 64493 -m 50 {HERE}", "334.31"),
    (f"estimate 64493 -m50 {HERE}", "334.31"),
    (f"estimate 64493 --modifier=50 {HERE}", "334.31"),
    (f"estimate 64493 -m 50,KX {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493 -m '50 KX' {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493 -m 50-KX {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493 -m 50 -m KX {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493-50-KX {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493-50 -m KX {HERE}", "64493-50-KX, nonfacility"),
    (f"estimate 64493,50 {HERE}", "334.31"),
    (f"estimate '64493 50' {HERE}", "334.31"),
    (f"estimate 64493/50 {HERE}", "334.31"),
    (f"estimate 64493-rt {HERE}", "64493-RT, nonfacility"),
    (f"estimate 64493-50x1@250.00 {HERE}", "the submitted charge is lower"),
    (f"estimate 64493 --charge '$1,250.00' {HERE}", "222.87"),
    (f"estimate 64493 --percent 120% {HERE}", "267.44"),
    # a place
    ("estimate 64493 --locality 94110 --date 2025-11-03", "222.87"),
    ("estimate 64493 --zip 94110-1234 --date 2025-11-03", "222.87"),
    ("estimate 64493 --zip 33612 --dos 11/03/2025", "09102-99 FL REST OF FLORIDA"),
    ("estimate 64493 --locality Alaska --dos 11/03/2025", "02102-01 AK ALASKA"),
    ("estimate 64493 --locality ca-05 --dos 11/03/2025", "01112-05 CA"),
    ("estimate 64493 --locality manhattan --dos 11/03/2025", "13202-01 NY MANHATTAN"),
    ("estimate 64493 --locality 'Miami, FL' --dos 11/03/2025", "09102-04 FL MIAMI"),
    ("estimate 64493 --locality 'Phoenix, AZ' --dos 11/03/2025", "03102-00 AZ ARIZONA"),
    ("estimate 64493 --locality 'Lane County, OR' --dos 11/03/2025", "02302-99 OR"),
    ("estimate 64493 --locality national --dos 11/03/2025", "172.08"),
    # a date
    ("estimate 64493 --zip 94110 --date 2025-11-03", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 11/03/2025", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 11-03-2025", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 11/3/2025", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 20251103", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 'Nov 3 2025'", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 'November 3, 2025'", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --date 3-Nov-2025", ", 2025-11-03\n"),
    ("estimate 64493 --zip 94110 --dos 2025/11/03", ", 2025-11-03\n"),
    # a place of service, a setting, who bills
    (f"estimate 64493 --pos office {HERE}", "place of service 11"),
    (f"estimate 64493 --pos ASC {HERE}", "facility, place of service 24"),
    (f"estimate 64493 --pos hospital {HERE}", "facility, place of service 22"),
    (f"estimate 64493 --pos inpatient {HERE}", "facility, place of service 21"),
    (f"estimate 64493 --pos er {HERE}", "facility, place of service 23"),
    (f"estimate 64493 --pos home {HERE}", "nonfacility, place of service 12"),
    (f"estimate 64493 --pos 'urgent care' {HERE}", "nonfacility, place of service 20"),
    (f"estimate 64493 --pos snf {HERE}", "facility, place of service 31"),
    (f"estimate 64493 --pos 11 {HERE}", "nonfacility, place of service 11"),
    (f"estimate 64493 --pos 2 {HERE}", "facility, place of service 02"),
    (f"estimate 64493 --setting non-facility {HERE}", "64493, nonfacility, 2025"),
    (f"estimate 64493 --setting Facility {HERE}", "64493, facility, 2025"),
    (f"estimate 64493 --setting office {HERE}", "64493, nonfacility, 2025"),
    (f"estimate 64493 --practitioner MD {HERE}", "222.87"),
    (f"estimate 64493 --practitioner 'Nurse Practitioner' {HERE}", "practitioner x 0.85"),
    (f"estimate 64493 --practitioner PA-C {HERE}", "practitioner x 0.85"),
    (f"estimate 64493 --nonpar {HERE}", "Limiting charge"),
    (f"estimate 64493-50 --explain {HERE}", "rounded half up to 222.87"),
    (f"estimate 64493-50 --json {HERE}", '"allowed": 334.31'),
    # other commands
    (f"claim 64493-50 64494-50 {HERE}", "64494-50"),
    (f"claim 64493-50 64494-50 --pos asc {HERE}", "place of service 24"),
    (f"rates 64493 {HERE}", "222.87"),
    ("rates 64490-64495 --zip 94110 --date 2025-11-03", "64495"),
    ("rates 64493 --state California --year 2025", "01112-05"),
    ("rates 64493 --state ca --year 2025 --csv", "222.87"),
    ("rates 64493 --state 'new york' --year 2025", "MANHATTAN"),
    ("rates 64493 --state CA,NV --year 2025", "NEVADA"),
    ("compare 64493-50 --zip 94110 --dos 11/03/2025", "334.31"),
    ("compare 64493 --state CA --date 'Nov 3 2025'", "National"),
    ("compare 64493 --setting both --zip 94110 --dos 11/03/2025", "222.87"),
    ("history 64493-50 --zip 94110", "RVU25D"),
    ("history 64493 --setting hospital --locality AK", "64493, facility"),
    ("localities", "10112-00"),
    ("localities 33612", "09102-99"),
    ("localities hillsborough", "09102-99"),
    ("localities 'Hillsborough County, FL'", "09102-99"),
    ("localities 'Tampa, FL'", "09102-03"),
    ("localities florida", "09102-04"),
    ("localities FL", "09102-04"),
    ("localities 'los angeles'", "01182-18"),
    ("localities noridian", "01112-05"),
    ("coverage 64493 --pos hospital --zip 94110 --dos 11/03/2025", "64493"),
    ("modifiers 50", "50"),
    ("modifiers", "LT"),
    ("export 64493 --zip 94110 --dos 11/03/2025", "222.87"),
    (f"check 64493-50 --allowed 222.87 {HERE}", "111.44"),
    (f"check 64493-50 --paid 174.73 {HERE}", "174.73"),
    ("status", "snapshot"),
    ("config", "locality"),
    ("cache", "Cache"),
    ("help", "Commands:"),
    ("help estimate", "Usage: "),
    ("help help", "feesync help estimate"),
    ("--version", "feesync"),
    ("-h", "Commands:"),
    ("estimate -h", "--zip"),
]
ASKS = [
    # which place
    ("estimate 64493", 2, "enough: feesync estimate 64493 --zip 33612"),
    ("estimate 64493-50 --pos 24", 2, "feesync estimate 64493-50 --pos 24 --zip 33612"),
    ("claim 64493-50 64494-50", 2, "feesync claim 64493-50 64494-50 --zip 33612"),
    ("history 64493", 2, "feesync history 64493 --zip 33612"),
    ("check 64493 --paid 100", 2, "feesync check 64493 --paid 100 --zip 33612"),
    ("estimate 64493 --locality Tampa", 6, "a ZIP is enough"),
    ("estimate 64493 --locality 'Tampa, FL'", 6, "Give its ZIP, or name one by MAC-locality"),
    ("estimate 64493 --locality Xyz", 6, "a ZIP is enough; 'feesync localities' lists all"),
    ("estimate 64493 --locality Hillsborough", 6, "09102-99 FL REST OF FLORIDA"),
    ("estimate 64493 --locality Florida", 6, "Name one by MAC-locality"),
    ("estimate 64493 --locality huston", 6, "04412-18 TX HOUSTON"),
    ("estimate 64493 --zip Tampa", 2, "not a ZIP, such as 33612"),
    ("estimate 64493 --zip 9411", 2, "not a ZIP, such as 33612"),
    ("estimate 64493 --zip 00000", 6, "'feesync localities' lists all"),
    ("estimate 64493 --zip 33612 --locality FL", 2, "--locality and --zip exclude each other"),
    ("estimate 64493 94110", 2, "feesync estimate 64493 --zip 94110"),
    ("localities tampa", 6, "a ZIP is enough"),
    ("localities --state FL", 2, "feesync localities FL"),
    ("localities --zip 33612", 2, "feesync localities FL"),
    ("rates 64493 --state Californa", 6, "such as CA"),
    # which day
    ("estimate 64493 --zip 94110 --date 11/03/25", 2, "2025-11-03"),
    ("estimate 64493 --zip 94110 --date 11/03", 2, "-11-03"),
    ("estimate 64493 --zip 94110 --date 13/11/2025", 2, "give 2025-11-13"),
    ("estimate 64493 --zip 94110 --date tomorrow", 2, "11/03/2025, Nov 3 2025, today"),
    ("estimate 64493 --zip 94110 --date 2025", 2, "such as 2025-11-03"),
    ("estimate 64493 --zip 94110 --date 02/30/2025", 2, "no day of the calendar"),
    # which line
    ("estimate", 2, "as in: feesync estimate 64493-50 --zip 33612"),
    ("estimate help", 2, "feesync help estimate"),
    (f"estimate 64493 50 {HERE}", 2, "give 64493-50"),
    (f"estimate 64493 64494 {HERE}", 2, "feesync claim 64493 64494"),
    (f"estimate 64493-50,64494-50 {HERE}", 2, "64493-50 64494-50"),
    (f"claim 64493-50,64494-50 {HERE}", 2, "64493-50 64494-50"),
    (f"estimate 6449350 {HERE}", 2, "give 64493-50"),
    (f"estimate CPT64493 {HERE}", 2, "give 64493"),
    (f"estimate 64493-50KX {HERE}", 2, "as in 64493-50x1@250.00"),
    (f"estimate 64493.50 {HERE}", 2, "as in 64493-50x1@250.00"),
    (f"estimate '64493 x2' {HERE}", 2, "as in 64493-50x1@250.00"),
    (f"estimate 64493 -m bilateral {HERE}", 2, "give 50"),
    (f"estimate 64493 -m left {HERE}", 2, "give LT"),
    (f"estimate 64493 -m 50KX {HERE}", 2, "50,KX"),
    (f"estimate 64493 -m 5O {HERE}", 2, "near it"),
    (f"estimate 64493-50 -m LT {HERE}", 2, "give 50 alone"),
    (f"estimate 64493-50 -m 50 {HERE}", 2, "50 appears twice"),
    (f"estimate 64493x2 --units 3 {HERE}", 2, "give one"),
    (f"estimate 64493 --units two {HERE}", 2, "a whole number"),
    (f"estimate 64493 --charge free {HERE}", 2, "an amount of dollars"),
    (f"estimate 99213 {HERE}", 6, "'feesync sync' brings RVU25D"),
    ("rates 64493-50", 2, "give 64493"),
    ("rates 64493,64494", 2, "give 64493 64494"),
    ("coverage 64493-50", 2, "give 64493"),
    ("coverage 99213", 6, "64493"),
    ("compare 64493-50x2", 2, "give 64493-50"),
    # which setting, who bills
    (f"estimate 64493 --pos telehealth {HERE}", 2, "give 02 or 10"),
    (f"estimate 64493 --pos 'nursing home' {HERE}", 2, "give 31 or 32"),
    (f"estimate 64493 --pos clinic {HERE}", 2, "49 (Independent clinic)"),
    (f"estimate 64493 --pos ofice {HERE}", 2, "11 (Office)"),
    (f"estimate 64493 --pos 77 {HERE}", 2, "22 (On campus outpatient hospital)"),
    (f"estimate 64493 --pos facility {HERE}", 2, "such as office, hospital or asc"),
    (f"estimate 64493 --setting room {HERE}", 2, "nonfacility (office) nor facility (hospital"),
    (f"estimate 64493 --pos 11 --setting facility {HERE}", 2, "exclude each other"),
    (f"estimate 64493 --practitioner CRNA {HERE}", 2, "np (nurse practitioner)"),
    ("compare 64493 --setting all", 2, "nor both"),
    # which command, which option
    ("64493-50 --zip 94110", 2, "'feesync estimate 64493-50 --zip 94110'"),
    ("estmate 64493", 2, "Did you mean 'estimate'?"),
    ("ESTIMATE 64493", 2, "Did you mean 'estimate'?"),
    ("price 64493", 2, "Did you mean 'estimate'?"),
    ("rate 64493", 2, "Did you mean 'rates'?"),
    ("zip 94110", 2, "Did you mean 'localities'?"),
    ("update", 2, "Did you mean 'sync'?"),
    ("settings", 2, "Did you mean 'config'?"),
    ("version", 2, "Did you mean '--version'?"),
    ("-v", 2, "Did you mean '--version'?"),
    ("qqq", 2, "There are estimate, claim, "),
    ("help estmate", 2, "Did you mean 'estimate'?"),
    ("estimate -help", 2, "Did you mean '--help'?"),
    ("estimate 64493 --localty AL", 2, "Did you mean '--locality'?"),
    ("estimate 64493 --zipcode 94110", 2, "Did you mean '--zip'?"),
    ("estimate 64493 --city Tampa", 2, "Did you mean '--zip'?"),
    ("estimate 64493 --state FL", 2, "Did you mean '--locality'?"),
    ("estimate 64493 --mods 50", 2, "Did you mean '--modifier'?"),
    ("estimate 64493 --day today", 2, "Did you mean '--date'?"),
    ("estimate 64493 --qty 2", 2, "Did you mean '--units'?"),
    ("estimate 64493 --facility", 2, "Did you mean '--pos'?"),
    ("estimate 64493 --provider np", 2, "Did you mean '--practitioner'?"),
    ("estimate 64493 --frobnicate", 2, "No such option '--frobnicate'."),
    ("config set", 2, "'feesync config set locality 33612'"),
    ("config set pos", 2, "'feesync config set pos office'"),
    ("config set locality Tampa", 6, "a ZIP is enough"),
    ("config set city Tampa", 2, "there are locality, pos, practitioner, nonpar"),
    ("config locality 33612", 2, "'feesync config set locality 33612' sets a default"),
    ("config zip=33612", 2, "'feesync config set locality 33612' sets a default"),
    ("config get", 2, "'show', 'set', 'unset'"),
    # words where none belong, and words that are not there
    ("check 64493 50 --allowed 1 --zip 94110", 2, "modifiers stand with the code: give 64493-50"),
    ("check 64493-50 174.73 --zip 94110", 2, "Is --allowed 174.73 or --paid 174.73 meant?"),
    ("check 64493-50 94110 --paid 1", 2, "check takes one line. Is --zip 94110 meant?"),
    ("history 64493 94110", 2, "history takes one code. Is --zip 94110 meant?"),
    ("history 64493 50 --zip 94110", 2, "modifiers stand with the code: give 64493-50"),
    ("status now", 2, "as in: feesync status"),
    ("check --paid 1 --zip 94110", 2, "As in: feesync check 64493-50 --allowed 222.87"),
    ("sheet 64493 --pos office --zip 94110", 2, "Did you mean '--settings'?"),
    ("sheet 64493 --setting asc --zip 94110", 2, "Did you mean '--settings'?"),
    ("sheet", 2, "As in: feesync sheet 64493-50 64494-50"),
    ("rates --zip 94110", 2, "As in: feesync rates 64493 64494"),
    ("history", 2, "As in: feesync history 64493 --locality 02102-01"),
    ("verify", 2, "As in: feesync verify PFREV25C.txt"),
    ("export 64493 -o rates.xls", 2, ".csv, .parquet"),
    ("modifiers 5O", 2, "'feesync modifiers' lists all"),
]


@pytest.mark.parametrize(("words", "answer"), WORKS, ids=[words for words, _ in WORKS])
def test_it_works(feesync, words, answer):
    result = feesync(*shlex.split(words))
    assert result.exit_code == 0, result.stderr
    assert answer in result.stdout


@pytest.mark.parametrize(("words", "status", "way"), ASKS, ids=[words for words, *_ in ASKS])
def test_it_names_the_words_to_type(feesync, words, status, way):
    result = feesync(*shlex.split(words))
    assert (result.exit_code, result.stdout) == (status, "")
    assert way in result.stderr
    assert "Traceback" not in result.stderr
    error = result.stderr.split("Error: ")[-1] if status == 2 else result.stderr
    assert len([line for line in error.splitlines() if "info:" not in line]) == 1


def test_there_are_enough_and_each_once():
    words = [row[0] for row in (*WORKS, *ASKS)]
    assert len(words) >= 120
    assert len(set(words)) == len(words)
