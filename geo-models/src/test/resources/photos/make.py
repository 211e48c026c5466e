"""Makes the files beside it: one picture in every form that Photos reads, by Pillow 9.4.0.

rgb.png is the picture itself; <name>.expected.png is what Pillow reads from <name>, where that
differs. Run: python3 make.py
"""

import re
import struct

from PIL import Image, ImageChops, ImageCms

W, H = 40, 24


def pixel(x, y):
    if x < 8 and y < 8:
        return 250, 20, 30
    return 6 * x, 10 * y, (5 * x + 5 * y) % 256


picture = Image.new("RGB", (W, H))
picture.putdata([pixel(x, y) for y in range(H) for x in range(W)])
picture.save("rgb.png")
gray = picture.convert("L")


def lossy(image, name, **options):
    image.save(name, **options)
    with Image.open(name) as read:
        read.convert("RGB").save(name + ".expected.png")


lossy(picture, "baseline.jpg", quality=90)
lossy(picture, "progressive.jpg", quality=90, progressive=True)
lossy(picture, "full-color.jpg", quality=95, subsampling=0)
lossy(gray, "gray.jpg", quality=90)
# Gray, because decoders upsample color differently.
lossy(gray.convert("RGB"), "lossy.webp", quality=90)

picture.save("lossless.webp", lossless=True)
# Any RGB profile but sRGB: here sRGB's with its curve made a straight line.
srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
for curve in re.finditer(b"para", srgb):
    srgb[curve.start() : curve.start() + 16] = struct.pack(">4sIHHi", b"para", 0, 0, 0, 1 << 16)
picture.save("profile.webp", lossless=True, icc_profile=bytes(srgb))
picture.save("rgb.bmp")
picture.save("lzw.tif", compression="tiff_lzw")
picture.save("raw.tif")
gray.save("gray.png")
gray.save("gray.tif")
lossy(gray.point(lambda v: 255 * (v > 99)).convert("1"), "bits.png")
lossy(picture.quantize(200), "palette.png")
lossy(picture.quantize(200), "palette.gif")

alpha = Image.new("L", (W, H))
alpha.putdata([(13 * x + 3 * y) % 256 for y in range(H) for x in range(W)])
for name, image in {
    "alpha.png": Image.merge("RGBA", (*picture.split(), alpha)),
    "alpha.webp": Image.merge("RGBA", (*picture.split(), alpha)),
    "gray-alpha.png": Image.merge("LA", (gray, alpha)),
}.items():
    image.save(name, **({"lossless": True, "exact": True} if "webp" in name else {}))
    Image.alpha_composite(
        Image.new("RGBA", (W, H), "white"), image.convert("RGBA")
    ).convert("RGB").save(name + ".expected.png")

deep = Image.new("I;16", (W, H))
deep.putdata([257 * v for v in gray.getdata()])
deep.save("gray16.png")
deep.save("gray16.tif")

cmyk = Image.merge("CMYK", (*map(ImageChops.invert, picture.split()), Image.new("L", (W, H))))
cmyk.save("cmyk.jpg", quality=95)
cmyk.save("cmyk.tif")

for suffix in "jpg", "png", "webp", "tif":
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"lossless": True} if suffix == "webp" else {}
    picture.save("turned." + suffix, exif=exif, **options)
with Image.open("turned.jpg") as read:
    read.transpose(Image.Transpose.ROTATE_270).save("turned.jpg.expected.png")
picture.transpose(Image.Transpose.ROTATE_270).save("turned.expected.png")

transparent = Image.merge("RGBA", (*picture.split(), alpha))
transparent.save("lossy-alpha.webp", quality=80, exact=True)
with Image.open("lossy-alpha.webp") as read:
    Image.alpha_composite(
        Image.new("RGBA", (W, H), "white"), read.convert("RGBA")
    ).convert("RGB").save("lossy-alpha.webp.expected.png")
frames = [Image.new("RGBA", (20, 10)), Image.new("RGBA", (20, 10), "blue")]
frames[0].paste((200, 30, 10, 255), (4, 2, 16, 8))
frames[0].save("animation.webp", lossless=True, save_all=True, append_images=frames[1:])
