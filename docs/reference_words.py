"""What the reference says beyond the code; a name without words fails the build."""

NOTES = (
    "Every code of a note, with its severity and what it says. `info` is for information, "
    "`warning` names what a contractor may return or deny or what makes the answer less certain, "
    "and `denial` is the reason why there is no payment. A note changes no price.",
    "Names in braces are filled in; what stands in brackets is said only where it applies, or one "
    "of it. Codes are stable: a script looks at the code, not at the text. Every note also has its "
    "`source`. `{words}` of a modifier stand in `data/reference/modifiers.csv`; `{text}` of a "
    "policy and of a contractor in `data/coverage/`.",
)

STATUSES_BEFORE = (
    "Why the command ended as it did. stdout carries data only; the reason is one line on stderr.",
)
STATUSES = {
    "OK": "done.",
    "UNEXPECTED": "unexpected, or this machine's disk or rights, or a damaged database.",
    "USAGE": "usage: an argument that cannot be read, or a modifier that is unknown, contradicts "
    "another or does not apply to the code.",
    "UNREACHABLE": "CMS could not be reached; what was loaded is as it was.",
    "REFUSED": "CMS's content was refused, or (`verify`; `check` and `audit` with "
    "`--fail-on-difference`) differs; or a part of a remittance was left out.",
    "BUSY": "another refresh or writer is at work.",
    "NO_PRICE": "no price: unknown code, locality or date, or a line that is not payable.",
    "STALE": "stale (`status --max-age`, `status --need-current`).",
    "INTERRUPTED": "interrupted (Ctrl-C, SIGTERM); nothing is left half written.",
}
STATUSES_AFTER = (
    "Where a command met several, it ends with the first of {order}. `sync --changed-status N` "
    "ends with N where something new was loaded and nothing failed.",
)

VARIABLES = {
    "FEESYNC_ALLOW_HOST": "further names that `feesync serve` answers to, with blanks between "
    "them, where no `--allow-host` is given.",
    "FEESYNC_DB": "the database, where `--db` or `db=` names none; by default `feesync.db` in the "
    "user's data folder. Where the file is not there yet, the embedded snapshot answers.",
    "FEESYNC_CACHE": "the folder of downloads; by default in the user's cache folder.",
    "FEESYNC_CMS_URL": "a mirror in the place of `https://www.cms.gov`.",
    "FEESYNC_LOCALITY": "the place of estimate, claim, check, sheet, coverage and history, where "
    "none is given; before the file of `feesync config`. Functions do not read it, nor the next "
    "three.",
    "FEESYNC_POS": "the place of service, where neither `--pos` nor `--setting` is given.",
    "FEESYNC_PRACTITIONER": "who bills, where `--practitioner` is not given.",
    "FEESYNC_NONPAR": "`true` for a non-participating practitioner, where neither `--nonpar` nor "
    "`--par` is given.",
}
VARIABLES_AFTER = (
    "Proxies and certificates come from the environment as requests reads them: `HTTPS_PROXY`, "
    "`HTTP_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`.",
    "For the tests alone: `FEESYNC_CMS_FILES` names a folder of CMS's files, and "
    "`FEESYNC_X12_FILES` one of public X12 files.",
)

DATABASE = (
    "A SQLite file; `feesync status` says where. Three views are for readers. They have a row "
    "for every release, basis, code, modifier and locality; a revised release supersedes the one "
    "before, which stays in the tables and leaves the views. The tables behind them may change "
    "with any version.",
)
VIEWS = {
    "rate": ("In dollars and decimals, for people, spreadsheets and SQL.",),
    "rate_cents": (
        "The same in integers, for programs: amounts, fees and limiting charges in cents, RVUs in "
        "hundredths, shares of the global period in hundredths, GPCIs in thousandths, the factor "
        "in ten-thousandths. Beside the columns of `rate` it has these:",
    ),
    "current_rate": (
        "The release in effect today, else the last one before, for a table that people read: "
        "amounts, RVUs, GPCIs and the factor are text with all their decimals, such as `105.00`. "
        "Its columns are some of those of `rate`:",
    ),
}
_FORMULA = (
    "the formula alone, before the OPPS cap and whatever the status: not always a price. Dollars."
)
_AMOUNT = (
    "what Medicare allows, after the OPPS cap. Dollars; NULL where there is no price: a status "
    "other than A, R or T, or no relative values"
)
_LIMITING = (
    "limiting charge: 1.0925 of the amount before it is rounded. Dollars; NULL with the amount."
)
_GPCI = "geographic practice cost index of the locality."
_OPPS = "RVU of the OPPS cap; NULL where CMS gives the code none."
_INDICATOR = "CMS's payment policy indicator"
COLUMNS = {
    "release": "label, such as `RVU25D`.",
    "year": "calendar year of the release.",
    "basis": "`nonqp`, or `qp` for qualifying APM participants since 2026.",
    "hcpcs": "text, with its zeros.",
    "modifier": "empty, `26`, `TC` or `53`.",
    "mac": "text, with its zeros; the nation is `00000`.",
    "locality": "number of the locality within the MAC; the nation is `00`.",
    "state": "two letters; NULL for the nation.",
    "locality_name": "as CMS's GPCI file has it.",
    "status": "CMS's status code; A, R and T are priced.",
    "nonfacility_fee": _FORMULA,
    "facility_fee": _FORMULA,
    "nonfacility_amount": f"{_AMOUNT}.",
    "facility_amount": f"{_AMOUNT}, or NA in facilities (therapy takes the nonfacility amount).",
    "nonfacility_limiting_charge": _LIMITING,
    "facility_limiting_charge": _LIMITING,
    "nonfacility_na": "1 where CMS prints NA, else 0.",
    "facility_na": "1 where CMS prints NA, else 0.",
    "work_rvu": "work relative value.",
    "nonfacility_pe_rvu": "practice expense relative value outside facilities.",
    "facility_pe_rvu": "practice expense relative value in facilities.",
    "mp_rvu": "malpractice relative value.",
    "opps_nonfacility_pe_rvu": f"practice expense {_OPPS}",
    "opps_facility_pe_rvu": f"practice expense {_OPPS}",
    "opps_mp_rvu": f"malpractice {_OPPS}",
    "work_gpci": f"work {_GPCI}",
    "pe_gpci": f"practice expense {_GPCI}",
    "mp_gpci": f"malpractice {_GPCI}",
    "conversion_factor": "dollars per adjusted RVU.",
    "pctc": f"{_INDICATOR}: professional and technical component.",
    "global_days": "global period: `000`, `010`, `090`, `MMM`, `XXX`, `YYY`, `ZZZ`.",
    "preoperative": "share of the global period before the operation, such as 0.1.",
    "intraoperative": "share of the operation itself.",
    "postoperative": "share of the care after it.",
    "multiple_procedure": f"{_INDICATOR}: which rule reduces several procedures of a day.",
    "bilateral": f"{_INDICATOR}: both sides.",
    "assistant_surgeon": f"{_INDICATOR}: assistant at surgery.",
    "co_surgeon": f"{_INDICATOR}: co-surgeons.",
    "team_surgeon": f"{_INDICATOR}: team surgery.",
    "endoscopic_base": "base code of an endoscopic family.",
    "supervision": f"{_INDICATOR}: physician supervision of diagnostic procedures.",
    "imaging_family": f"{_INDICATOR}: family of diagnostic imaging; 88 is reduced.",
}
_EXACT = "before rounding, in billionths of a dollar."
CENTS_COLUMNS = {
    "release_id": "key of the release in the tables.",
    "is_current": "always 1 here.",
    "priced": "1 where the status is A, R or T and there are relative values, else 0.",
    "nonfacility_exact": f"the formula {_EXACT}",
    "facility_exact": f"the formula {_EXACT}",
    "nonfacility_capped_exact": f"the formula, no higher than its OPPS cap, {_EXACT}",
    "facility_capped_exact": f"the formula, no higher than its OPPS cap, {_EXACT}",
    "nonfacility_capped_fee": "the fee after the OPPS cap, whatever the status. Cents.",
    "facility_capped_fee": "the fee after the OPPS cap, whatever the status. Cents.",
}

VALUES_TITLE = "## Values by date"
VALUES = (
    "What the rules above pay, from the tables of `data/reference/`: in percent of the amount "
    "before, the first and the last day, how sure it is, and where it stands. A day without a "
    "value is refused, or has no such cut. `python docs/build_reference.py` writes this section."
)
VALUE_TABLES = {
    "rule_values.csv": ("Rules", "{rule}, {case}: {value} %"),
    "modifiers.csv": ("Modifiers", "{modifier}: times {factor}, {applies_to}"),
    "cost_sharing.csv": (
        "The patient's share",
        "{modifier} {condition}: {coinsurance_percent} %, deductible waived: {deductible_waived}",
    ),
    "sequestration.csv": ("Sequestration", "{rate_percent} % of Medicare's payment"),
    "part_b_deductible.csv": ("Part B deductible", "{dollars} dollars a year"),
}
"""The title of each table, and what a row of it says."""

CLAIM_FILES = (
    "What `feesync reprice` reads of files of claims, and what it adds. Case, blanks and "
    "punctuation of a column's name make no difference. Of two columns with one meaning, `--map` "
    "says which is meant. Columns with other names are carried through as they are.",
)

CLAIM_COLUMNS = {
    "claim_id": "lines of one claim are priced together; without it, each line by itself.",
    "line": "its number in the claim; a second line with the same number is refused, and so is "
    "the first, unless one repeats the other: then the first is priced.",
    "hcpcs": "the code; `64493-50` has its modifier too. Needed.",
    "modifiers": "with anything between them.",
    **{f"mod{number}": "one of them." for number in range(1, 5)},
    "units": "a whole number; 1 where the cell is empty.",
    "charge": "dollars, as `1200` or `$1,200.00`; the allowed amount is never higher.",
    "locality": "`01112-05`, `CA-05`, a name or a ZIP; beside `mac`, a number. Needed, or `zip`.",
    "zip": "of the place of service; only carried where a file has a `locality`.",
    "mac": "the contractor's number. A line with it alone is priced in the place of the run only "
    "where that is one of its localities, given as `13202-01`.",
    "setting": "`nonfacility` or `facility`, where there is no place of service.",
    "pos": "place of service, by code or name.",
    "date": "date of service, as `2025-11-03`, `11/3/2025` or `Nov 3 2025`; midnight behind it "
    "is no time. Needed.",
    "practitioner": "who bills, as `--practitioner`.",
    "nonpar": "yes where the practitioner does not participate.",
    "qp": "yes for a qualifying APM participant.",
    "deductible": "dollars that the patient still owes of the Part B deductible. It is taken once "
    "from the lines of a claim, day and practitioner, whichever of them have it.",
    "patient": "for `--group patient` and `tin`.",
    "tin": "of the practitioner's group, for `--group tin`.",
    "npi": "of who rendered the service: lines of others are priced apart.",
    "paid_allowed": "what the payer allowed, in dollars; of other text there is no `variance`.",
}
"""What a column of a file of claims is."""

ANSWER_COLUMNS = {
    "fee": "of one unit in the setting and place, in dollars.",
    "allowed": "what Medicare allows for the line.",
    "medicare_payment": "what Medicare pays, after sequestration.",
    "sequestration": "what sequestration takes.",
    "patient_responsibility": "what the patient owes.",
    "limiting_charge": "of a non-participating practitioner.",
    "steps": "the adjustments, as `claim --csv` has them.",
    "rank": "among the procedures of the day; empty where nothing is ranked.",
    "release": "that answered.",
    "stand_in": "whether it stands in for that of the day, which is not loaded.",
    "mac": "of the place that was priced.",
    "locality": "its number.",
    "status": "`priced`, `denied` or `refused`.",
    "reason": "of what is not priced, or `claim-incomplete`.",
    "variance": "`paid_allowed` less `allowed`; only where the file says what was allowed.",
}
"""What a column of an answer is."""

ANSWERS = (
    "Each line comes out with its own columns, and then these. Where the file has a column of that "
    "name, both are kept: its own as it came, and the answer's as `feesync_locality`, say.",
)

REASONS = (
    "A denied line has the code of its [note](notes.md). Of the reasons of other lines, `{last}` "
    "is on lines that are priced; all others are of lines that are refused.",
)

REMITTANCES = (
    "What `feesync audit` finds of each line of a remittance: its `status`, and the `reason` of "
    "one that is not judged. The columns are those of [JSON](json.md).",
)
REMITTANCE_REASONS = (
    "Of a line that is not judged, or is denied and cannot be priced. A line for which Medicare "
    "has no price has the code of its [note](notes.md), such as `contractor-priced`.",
)

API = (
    "`feesync serve` answers programs too, by GET, under the names of the commands: each answer is "
    "what the command prints with `--json`, to the byte ([names](json.md)), or with `--csv`, where "
    "the address ends in `.csv` or `format=csv` is given. `/api/openapi.json` describes all of it "
    "for programs (OpenAPI 3.1).",
    "A parameter has the name of the option, with `_` for `-`; one that is repeatable is repeated "
    "in the address: `hcpcs=64493&hcpcs=64494`. A flag is `true` or `false` (also on, off, yes, "
    "no, 1, 0). An empty value stands for none. There is no default place: the user's defaults of "
    "`feesync config` are for people. A name that does not exist is a problem, and so is one that "
    "is given twice where it takes one value.",
    "Beside rows, the header `Feesync-Notes` has what the command says on stderr, a list of texts "
    "as JSON, such as a code among several that the release lacks; the header "
    "`Feesync-Exit-Status` is there where the command would not end with 0. A line that Medicare "
    "does not price is an answer, with the status 200 and an exit status of 6.",
    "Rates of any number are sent as they are read, in little memory, and as long as somebody "
    "reads; two such answers are made at a time. `compare` and `sheet` of more than 10,000 "
    "amounts, and `diff` of more than 60,000 codes in places, are problems with the status 422, "
    "whose text says what to ask instead. All codes in all places are read sooner from a file of "
    "`feesync export`.",
    "Only this machine is answered, unless `--host` says otherwise, and only under its own names: "
    "a page of another site can neither ask nor read. Nothing is kept, and there are no cookies.",
)
API_FILE = (
    "The body is a file as for `feesync reprice`, of at most 256 MiB, and of any content-type but "
    "those of forms; the answer is its lines as CSV. The file is in a folder of this user's alone "
    "while it is priced, one file at a time, and then removed. A page of another site cannot send "
    "one.",
)
API_PROBLEMS = (
    "Where there is no answer, the body is a problem (RFC 9457, `application/problem+json`). Its "
    "`detail` is what the command prints, with what helps.",
)
API_HEALTH = ("`GET /health`: whether there can be answers, 200 or 503, for monitoring.",)
