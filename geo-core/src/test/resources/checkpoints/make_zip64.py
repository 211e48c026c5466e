"""Writes odd_zip64.pth: t213_state_dict.pth with all sizes and places in 64-bit fields, as beyond 4 GiB."""
import struct
import zipfile

source = zipfile.ZipFile("t213_state_dict.pth")
data = b""
directory = b""
for entry in source.infolist():
    content = source.read(entry)
    name = entry.filename.encode()
    wide = struct.pack("<HHQQ", 1, 16, len(content), len(content))
    full = 0xFFFFFFFF
    extra = struct.pack("<HHQQQ", 1, 24, len(content), len(content), len(data))
    directory += (
        b"PK\x01\x02"
        + struct.pack("<HHHHHHIII", 45, 45, 0, 0, 0, 0, entry.CRC, full, full)
        + struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, full)
        + name
        + extra
    )
    data += (
        b"PK\x03\x04"
        + struct.pack("<HHHHHIII", 45, 0, 0, 0, 0, entry.CRC, full, full)
        + struct.pack("<HH", len(name), len(wide))
        + name
        + wide
        + content
    )
count = len(source.infolist())
end = len(data) + len(directory)
end64 = b"PK\x06\x06" + struct.pack(
    "<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), len(data)
)
locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
tail = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
with open("odd_zip64.pth", "wb") as out:
    out.write(data + directory + end64 + locator + tail)
