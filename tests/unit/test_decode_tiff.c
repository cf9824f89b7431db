/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <float.h>

#include "akin/decode.h"
#include "akin/file.h"
#include "make_image.h"

/* TIFF's numbers, so that this file needs no libtiff. */
enum {
    WHITE = 0,
    BLACK = 1,
    RGB = 2,
    PALETTE = 3,
    INK = 5,
    YCBCR = 6,
    LAB = 8
};
enum {
    FAX4 = 4,
    LZW = 5,
    JPEG = 7,
    DEFLATE = 8,
    PACKBITS = 32773,
    ZSTD = 50000
};
enum { UINT = 1, INT = 2, FLOAT = 3 };

static void
assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%g instead of %g", got, want);
}

static double
sample_of(const struct akin_plane *p, uint32_t x, uint32_t y, uint32_t c)
{
    size_t i = ((size_t)y * p->width + x) * p->channels + c;

    if (p->sample == AKIN_SAMPLE_U8)
        return ((const uint8_t *)p->px)[i];
    if (p->sample == AKIN_SAMPLE_U16)
        return ((const uint16_t *)p->px)[i];
    return (double)((const float *)p->px)[i];
}

static struct akin_decoder *
open_bytes(const struct akin_buf *bytes)
{
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};

    akin_config_init(&config);
    assert_ok(akin_decode_open_bytes(akin_buf_span(bytes), &config, &d, &err));
    return d;
}

/* What a plane must hold where the file holds v. */
static double
expected(const struct akin_make_tiff *w, uint32_t v)
{
    uint32_t bits = w->bits != 0 ? w->bits : 8;
    uint32_t max = bits >= 16 ? 65535 : (1u << bits) - 1u;
    double sign = w->photometric == WHITE ? -1 : 1;

    if (w->format == FLOAT)
        return sign * (bits == 16 ? v & 2047u : v);
    if (bits > 16)
        return sign * (w->format == INT ? (double)v - 32768 : v);
    v &= max;
    if (w->format == INT)
        v ^= (max + 1) / 2;
    if (w->photometric == WHITE)
        v = max - v;
    return bits < 8 ? floor(v * 255.0 / max + 0.5) : v;
}

#define SIZE .width = 37, .height = 29
static const struct {
    const char *name;
    struct akin_make_tiff what;
} direct[] = {
    {"1 bit", {SIZE, .bits = 1, .photometric = BLACK}},
    {"1 bit white", {SIZE, .bits = 1, .photometric = WHITE}},
    {"1 bit fax", {SIZE, .bits = 1, .photometric = WHITE, .compression = FAX4}},
    {"2 bits", {SIZE, .bits = 2, .photometric = BLACK}},
    {"4 bits", {SIZE, .bits = 4, .photometric = BLACK}},
    {"6 bits RGB", {SIZE, .bits = 6, .per_px = 3, .photometric = RGB}},
    {"8 bits", {SIZE, .photometric = BLACK}},
    {"8 bits white", {SIZE, .photometric = WHITE}},
    {"8 bits signed", {SIZE, .photometric = BLACK, .format = INT}},
    {"12 bits", {SIZE, .bits = 12, .photometric = BLACK}},
    {"14 bits tiled", {SIZE, .bits = 14, .photometric = BLACK, .tile = 16}},
    {"16 bits", {SIZE, .bits = 16, .photometric = BLACK}},
    {"16 bits signed", {SIZE, .bits = 16, .photometric = BLACK, .format = INT}},
    {"16 bits white", {SIZE, .bits = 16, .photometric = WHITE}},
    {"32 bits", {SIZE, .bits = 32, .photometric = BLACK}},
    {"32 bits signed", {SIZE, .bits = 32, .photometric = BLACK, .format = INT}},
    {"64 bits signed", {SIZE, .bits = 64, .photometric = BLACK, .format = INT}},
    {"64 bits", {SIZE, .bits = 64, .photometric = BLACK}},
    {"half", {SIZE, .bits = 16, .photometric = BLACK, .format = FLOAT}},
    {"float", {SIZE, .bits = 32, .photometric = BLACK, .format = FLOAT}},
    {"float white", {SIZE, .bits = 32, .photometric = WHITE, .format = FLOAT}},
    {"double", {SIZE, .bits = 64, .photometric = BLACK, .format = FLOAT}},
    {"RGB", {SIZE, .per_px = 3, .photometric = RGB}},
    {"RGBA", {SIZE, .per_px = 4, .photometric = RGB, .alpha = 1}},
    {"RGB 16 bits", {SIZE, .bits = 16, .per_px = 3, .photometric = RGB}},
    {"RGB float",
     {SIZE, .bits = 32, .per_px = 3, .photometric = RGB, .format = FLOAT}},
    {"RGB separate", {SIZE, .per_px = 3, .photometric = RGB, .planar = 2}},
    {"RGB separate tiled",
     {SIZE, .bits = 16, .per_px = 4, .photometric = RGB, .planar = 2,
      .tile = 16, .alpha = 1}},
    {"tiled", {SIZE, .bits = 16, .photometric = BLACK, .tile = 16}},
    {"tiled RGB LZW",
     {SIZE, .per_px = 3, .photometric = RGB, .tile = 32, .compression = LZW}},
    {"strips", {SIZE, .bits = 16, .photometric = BLACK, .rows_per_strip = 3}},
    {"big-endian 16",
     {SIZE, .bits = 16, .photometric = BLACK, .mode = "wb",
      .rows_per_strip = 4}},
    {"big-endian float",
     {SIZE, .bits = 32, .photometric = BLACK, .format = FLOAT, .mode = "wb"}},
    {"BigTIFF", {SIZE, .photometric = BLACK, .mode = "w8"}},
    {"BigTIFF big-endian",
     {SIZE, .bits = 16, .photometric = BLACK, .mode = "w8b"}},
    {"LZW predictor",
     {SIZE, .bits = 16, .photometric = BLACK, .compression = LZW,
      .predictor = 2}},
    {"Deflate float predictor",
     {SIZE, .bits = 32, .photometric = BLACK, .format = FLOAT,
      .compression = DEFLATE, .predictor = 3}},
    {"Deflate",
     {SIZE, .photometric = BLACK, .compression = DEFLATE, .rows_per_strip = 5}},
    {"PackBits", {SIZE, .photometric = BLACK, .compression = PACKBITS}},
    {"ZSTD",
     {SIZE, .bits = 16, .photometric = BLACK, .compression = ZSTD,
      .mode = "wb"}},
    {"two channels", {SIZE, .bits = 16, .per_px = 2, .photometric = BLACK}},
    {"grey and alpha", {SIZE, .per_px = 2, .photometric = BLACK, .alpha = 1}},
    {"five channels separate",
     {SIZE, .bits = 16, .per_px = 5, .photometric = BLACK, .planar = 2}},
};

static void
check_plane(const struct akin_make_tiff *w, const struct akin_plane *p,
            uint32_t sample)
{
    assert_int_equal(p->width, w->width);
    assert_int_equal(p->height, w->height);
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++)
            for (uint32_t c = 0; c < p->channels; c++)
                assert_near(sample_of(p, x, y, c),
                            expected(w, akin_make_value(x, y, sample + c, 0)),
                            0);
}

static void
check_kind(const struct akin_make_tiff *w)
{
    uint32_t n_c = w->photometric == RGB || w->per_px == 0 ? 1 : w->per_px;
    struct akin_buf bytes = {0};
    struct akin_decoder *d;

    akin_make_tiff(w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_c, n_c - (n_c > 1 && w->alpha));
    assert_int_equal(akin_decode_info(d)->is_float, w->format == FLOAT);
    for (uint32_t c = 0; c < akin_decode_info(d)->dim_c; c++) {
        struct akin_plane p = {0};
        struct akin_error err = {0};

        assert_ok(akin_decode_plane(d, 0, c, 0, &p, &err));
        assert_int_equal(p.channels, w->photometric == RGB ? 3 : 1);
        check_plane(w, &p, c);
        akin_plane_free(&p);
    }
    assert_string_equal(akin_decode_info(d)->note, "");
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
samples_of_every_kind_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(direct); i++) {
        print_message("  %s\n", direct[i].name);
        check_kind(&direct[i].what);
    }
}

/* The only plane of an image, decoded. */
static struct akin_plane
plane_of(const struct akin_make_tiff *w)
{
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_error err = {0};
    struct akin_decoder *d;

    akin_make_tiff(w, &bytes);
    d = open_bytes(&bytes);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    akin_decode_close(d);
    akin_buf_free(&bytes);
    return p;
}

static void
palettes_of_1_to_16_bits_become_colours(void **state)
{
    static const uint16_t bits[] = {1, 2, 4, 8, 16};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(bits); i++) {
        struct akin_make_tiff w = {SIZE, .bits = bits[i],
                                   .photometric = PALETTE};
        struct akin_plane p = plane_of(&w);

        assert_int_equal(p.channels, 3);
        assert_int_equal(p.sample, AKIN_SAMPLE_U8);
        for (uint32_t y = 0; y < p.height; y++)
            for (uint32_t x = 0; x < p.width; x++)
                for (uint32_t c = 0; c < 3; c++)
                    assert_near(sample_of(&p, x, y, c),
                                akin_make_palette(akin_make_value(x, y, 0, 0) &
                                                      ((1u << bits[i]) - 1u),
                                                  (int)c) >>
                                    8,
                                0);
        akin_plane_free(&p);
    }
}

static void
ink_becomes_colour(void **state)
{
    struct akin_make_tiff w = {SIZE, .per_px = 4, .photometric = INK};

    (void)state;
    for (uint16_t bits = 8; bits <= 16; bits += 8) {
        double max = bits == 8 ? 255 : 65535;
        struct akin_plane p;

        w.bits = bits;
        p = plane_of(&w);
        for (uint32_t y = 0; y < p.height; y++)
            for (uint32_t x = 0; x < p.width; x++) {
                double k = (uint32_t)max & akin_make_value(x, y, 3, 0);
                double c = (uint32_t)max & akin_make_value(x, y, 1, 0);

                assert_near(sample_of(&p, x, y, 1), (max - c) * (max - k) / max,
                            0.51);
            }
        akin_plane_free(&p);
    }
}

/* A smooth colour that JPEG and subsampling hardly change. */
static uint32_t
smooth(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)page;
    return 40 + 2 * x + 2 * y + 30 * sample;
}

static void
jpeg_in_tiff_becomes_rgb(void **state)
{
    static const uint16_t sub[] = {1, 2};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(sub); i++) {
        struct akin_make_tiff w = {.width = 32,
                                   .height = 32,
                                   .per_px = 3,
                                   .photometric = YCBCR,
                                   .compression = JPEG,
                                   .subsampling = sub[i],
                                   .value = smooth,
                                   .tile = i == 1 ? 16 : 0};
        struct akin_plane p = plane_of(&w);

        assert_int_equal(p.channels, 3);
        for (uint32_t y = 0; y < 32; y++)
            for (uint32_t x = 0; x < 32; x++)
                for (uint32_t c = 0; c < 3; c++)
                    assert_near(sample_of(&p, x, y, c), smooth(x, y, c, 0), 14);
        akin_plane_free(&p);
    }
}

static uint32_t
neutral(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)page;
    return sample == 0 ? 16 + 4 * x + y : 128; /* no chroma */
}

static void
raw_subsampled_ycbcr_without_chroma_becomes_grey(void **state)
{
    struct akin_make_tiff w = {.width = 32,
                               .height = 16,
                               .per_px = 3,
                               .photometric = YCBCR,
                               .subsampling = 2,
                               .value = neutral};
    struct akin_plane p = plane_of(&w);

    (void)state;
    assert_int_equal(p.channels, 1); /* its channels are equal everywhere */
    for (uint32_t y = 0; y < 16; y++)
        for (uint32_t x = 0; x < 32; x++)
            assert_near(sample_of(&p, x, y, 0), neutral(x, y, 0, 0), 1);
    akin_plane_free(&p);
}

static uint32_t
lightness(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)page, (void)y;
    return sample == 0 ? 5 * x : 0; /* L*, and a* = b* = 0 */
}

static void
cielab_goes_through_libtiff(void **state)
{
    struct akin_make_tiff w = {.width = 51,
                               .height = 4,
                               .per_px = 3,
                               .photometric = LAB,
                               .value = lightness};
    struct akin_plane p = plane_of(&w);

    (void)state;
    assert_int_equal(p.channels == 3 || p.channels == 1, 1);
    for (uint32_t x = 1; x < 51; x++)
        assert_true(sample_of(&p, x, 1, 0) >= sample_of(&p, x - 1, 1, 0));
    assert_true(sample_of(&p, 0, 0, 0) < 20);
    assert_true(sample_of(&p, 50, 0, 0) > 220);
    akin_plane_free(&p);
}

static uint32_t
same_in_all(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)sample;
    return akin_make_value(x, y, 0, page);
}

static void
colour_with_equal_channels_is_grey(void **state)
{
    static const uint16_t bits[] = {8, 16, 32};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(bits); i++) {
        struct akin_make_tiff w = {SIZE, .bits = bits[i], .per_px = 3,
                                   .photometric = RGB, .value = same_in_all};
        struct akin_plane p = plane_of(&w);

        assert_int_equal(p.channels, 1);
        check_plane(&w, &p, 0);
        akin_plane_free(&p);
    }
}

static void
not_a_number_and_infinity_become_finite(void **state)
{
    struct akin_make_tiff w = {.width = 8,
                               .height = 2,
                               .bits = 32,
                               .format = FLOAT,
                               .photometric = BLACK};
    static const float bad[3] = {NAN, INFINITY, -INFINITY};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;
    double low = DBL_MAX;
    double high = 0;

    (void)state;
    akin_make_tiff(&w, &bytes);
    memcpy(bytes.data + 8, bad, sizeof(bad)); /* pixels follow the header */
    for (uint32_t i = 3; i < 16; i++) {
        double v = akin_make_value(i % 8, i / 8, 0, 0);

        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    d = open_bytes(&bytes);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    assert_near(sample_of(&p, 0, 0, 0), low, 0);
    assert_near(sample_of(&p, 1, 0, 0), high, 0);
    assert_near(sample_of(&p, 2, 0, 0), low, 0);
    akin_plane_free(&p);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

/* Checks that plane z, c, t comes from this page. */
static void
check_page(struct akin_decoder *d, uint32_t z, uint32_t c, uint32_t t,
           uint32_t page)
{
    struct akin_plane p = {0};
    struct akin_error err = {0};

    assert_ok(akin_decode_plane(d, z, c, t, &p, &err));
    assert_near(sample_of(&p, 3, 2, 0), akin_make_value(3, 2, 0, page) & 255u,
                0);
    akin_plane_free(&p);
}

static void
pages_without_a_word_are_a_z_stack(void **state)
{
    struct akin_make_tiff w = {.width = 8,
                               .height = 8,
                               .pages = 7,
                               .photometric = BLACK,
                               .reduced_from = 5};
    struct akin_buf bytes = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_tiff(&w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_z, 5);
    assert_non_null(strstr(akin_decode_info(d)->note, "2 thumbnails"));
    for (uint32_t z = 5; z-- > 0;) /* backwards: pages are found directly */
        check_page(d, z, 0, 0, z);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
imagej_orders_channels_first_then_z_then_time(void **state)
{
    struct akin_make_tiff w = {
        .width = 8,
        .height = 8,
        .pages = 24,
        .photometric = BLACK,
        .description = "ImageJ=1.53t\nimages=24\nchannels=2\nslices=4\n"
                       "frames=3\nhyperstack=true\nunit=\\u00B5m\n"
                       "spacing=1.5\nloop=false\n",
        .resolution = 4,
        .resolution_unit = 1};
    struct akin_buf bytes = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_tiff(&w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_c, 2);
    assert_int_equal(akin_decode_info(d)->dim_z, 4);
    assert_int_equal(akin_decode_info(d)->dim_t, 3);
    assert_near(akin_decode_info(d)->pixel_um_x, 0.25, 1e-6);
    assert_near(akin_decode_info(d)->pixel_um_z, 1.5, 1e-6);
    for (uint32_t i = 0; i < 24; i++)
        check_page(d, i / 2 % 4, i % 2, i / 8, i);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

/* One directory, planes behind each other: what ImageJ writes above 4 GB. */
static void
imagej_stacks_without_directories_are_found(void **state)
{
    struct akin_make_tiff w = {.width = 8,
                               .height = 8,
                               .pages = 1,
                               .bits = 16,
                               .photometric = BLACK,
                               .mode = "wb",
                               .description =
                                   "ImageJ=1.53t\nimages=3\nslices=3\n"};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;
    uint32_t at;

    (void)state;
    akin_make_tiff(&w, &bytes);
    /* Move the strip to the end of the file and let two more planes follow:
     * the pixels of the first begin behind the 8-byte header. */
    at = (uint32_t)bytes.len;
    for (uint32_t page = 0; page < 3; page++)
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t v = akin_make_value(i % 8, i / 8, 0, page);
            uint8_t big[2] = {(uint8_t)(v >> 8), (uint8_t)v};

            akin_buf_put(&bytes, big, 2);
        }
    for (size_t i = akin_be32(bytes.data + 4); i + 12 < at; i++)
        if (akin_be32(bytes.data + i) >> 16 == 273 &&
            akin_be32(bytes.data + i + 4) == 1) /* StripOffsets */
            akin_put_be32(bytes.data + i + 8, at);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_z, 3);
    for (uint32_t z = 0; z < 3; z++) {
        assert_ok(akin_decode_plane(d, z, 0, 0, &p, &err));
        for (uint32_t i = 0; i < 64; i++)
            assert_near(sample_of(&p, i % 8, i / 8, 0),
                        akin_make_value(i % 8, i / 8, 0, z), 0);
        akin_plane_free(&p);
    }
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

#define OME_HEAD                                                               \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"http://"           \
    "www.openmicroscopy.org/Schemas/OME/2016-06\" UUID=\"urn:uuid:1\">"        \
    "<Image ID=\"Image:0\"><Pixels ID=\"Pixels:0\" Type=\"uint8\" "            \
    "SizeX=\"8\" SizeY=\"8\" "
#define OME_TAIL "</Pixels></Image></OME>"

static void
ome_gives_order_and_pixel_size(void **state)
{
    struct akin_make_tiff w = {
        .width = 8,
        .height = 8,
        .pages = 12,
        .photometric = BLACK,
        .description = OME_HEAD
        "DimensionOrder=\"XYTZC\" SizeZ=\"2\" SizeC=\"3\" SizeT=\"2\" "
        "PhysicalSizeX=\"325\" PhysicalSizeXUnit=\"nm\" "
        "PhysicalSizeY=\"0.325\" "
        "PhysicalSizeZ=\"2\"><TiffData/>" OME_TAIL};
    struct akin_buf bytes = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_tiff(&w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_c, 3);
    assert_int_equal(akin_decode_info(d)->dim_z, 2);
    assert_int_equal(akin_decode_info(d)->dim_t, 2);
    assert_near(akin_decode_info(d)->pixel_um_x, 0.325, 1e-9);
    assert_near(akin_decode_info(d)->pixel_um_y, 0.325, 1e-9);
    assert_near(akin_decode_info(d)->pixel_um_z, 2, 1e-9);
    for (uint32_t i = 0; i < 12; i++)
        check_page(d, i / 2 % 2, i / 4, i % 2, i);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
ome_blocks_place_pages_and_other_files_are_left_out(void **state)
{
    struct akin_make_tiff w = {
        .width = 8,
        .height = 8,
        .pages = 4,
        .photometric = BLACK,
        .description = OME_HEAD
        "DimensionOrder=\"XYZCT\" SizeZ=\"2\" SizeC=\"2\" SizeT=\"2\">"
        "<TiffData FirstT=\"0\" IFD=\"0\" PlaneCount=\"4\"><UUID>urn:uuid:2"
        "</UUID></TiffData>"
        "<TiffData FirstT=\"1\" FirstC=\"1\" IFD=\"0\" PlaneCount=\"2\"><UUID "
        "FileName=\"x\">urn:uuid:1</UUID></TiffData>"
        "<TiffData FirstT=\"1\" FirstZ=\"1\" IFD=\"2\"/>"
        "<TiffData FirstT=\"1\" FirstZ=\"0\" IFD=\"3\"/>" OME_TAIL};
    struct akin_buf bytes = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_tiff(&w, &bytes);
    d = open_bytes(&bytes);
    assert_int_equal(akin_decode_info(d)->dim_t, 1); /* t 0 is elsewhere */
    assert_non_null(strstr(akin_decode_info(d)->note, "in this file"));
    check_page(d, 0, 1, 0, 0);
    check_page(d, 1, 1, 0, 1);
    check_page(d, 1, 0, 0, 2);
    check_page(d, 0, 0, 0, 3);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
a_lying_description_leaves_a_z_stack_and_a_note(void **state)
{
    static const char *const texts[] = {
        "ImageJ=1.5\nimages=9\nslices=3\nframes=3\n",
        OME_HEAD "DimensionOrder=\"XYZCT\" SizeZ=\"2\"/></Image></OME>",
        OME_HEAD "DimensionOrder=\"XYZZT\" SizeZ=\"2\" SizeC=\"2\" "
                 "SizeT=\"1\"/></Image></OME>",
        "<!DOCTYPE OME [<!ENTITY a \"aa\">]>" OME_HEAD "/></Image></OME>",
        "<OME><Image>",
        "<OME></OME>",
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(texts); i++) {
        struct akin_make_tiff w = {.width = 8,
                                   .height = 8,
                                   .pages = 4,
                                   .photometric = BLACK,
                                   .description = texts[i]};
        struct akin_buf bytes = {0};
        struct akin_decoder *d;

        akin_make_tiff(&w, &bytes);
        d = open_bytes(&bytes);
        assert_int_equal(akin_decode_info(d)->dim_z, 4);
        assert_string_not_equal(akin_decode_info(d)->note, "");
        check_page(d, 2, 0, 0, 2);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

static void
resolution_counts_only_when_a_microscope_could_mean_it(void **state)
{
    static const struct {
        float resolution;
        uint16_t unit;
        double um;
    } rows[] = {
        {72, 2, 0},     {300, 2, 0},    {118.11f, 3, 0}, {96, 1, 0},
        {20000, 3, .5}, {50800, 2, .5}, {1e9f, 3, 0},    {0.001f, 3, 0},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(rows); i++) {
        struct akin_make_tiff w = {.width = 8,
                                   .height = 8,
                                   .photometric = BLACK,
                                   .resolution = rows[i].resolution,
                                   .resolution_unit = rows[i].unit};
        struct akin_buf bytes = {0};
        struct akin_decoder *d;

        akin_make_tiff(&w, &bytes);
        d = open_bytes(&bytes);
        assert_near(akin_decode_info(d)->pixel_um_x, rows[i].um, 1e-6);
        assert_near(akin_decode_info(d)->pixel_um_y, rows[i].um, 1e-6);
        akin_decode_close(d);
        akin_buf_free(&bytes);
    }
}

/* Rows of a damaged file that must be right, and those that must be 0. */
static void
check_first_rows(const struct akin_make_tiff *w, const struct akin_plane *p,
                 uint32_t good)
{
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++)
            assert_near(sample_of(p, x, y, 0),
                        y < good ? expected(w, akin_make_value(x, y, 0, 0)) : 0,
                        0);
}

static void
a_file_cut_short_gives_its_rows_and_a_note(void **state)
{
    /* libtiff writes pixels first; here they come last and end early. */
    struct akin_make_tiff w = {.width = 16,
                               .height = 16,
                               .bits = 16,
                               .photometric = BLACK,
                               .mode = "wb"};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_buf moved = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;
    size_t at;

    (void)state;
    akin_make_tiff(&w, &bytes);
    akin_buf_put(&moved, bytes.data, bytes.len);
    at = moved.len;
    for (size_t i = akin_be32(bytes.data + 4); i + 12 < at; i++)
        if (akin_be32(bytes.data + i) >> 16 == 273 &&
            akin_be32(bytes.data + i + 4) == 1)
            akin_put_be32(moved.data + i + 8, (uint32_t)at);
    akin_buf_put(&moved, bytes.data + 8, (size_t)16 * 2 * 10); /* of 16 rows */
    d = open_bytes(&moved);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    check_first_rows(&w, &p, 10);
    assert_non_null(strstr(akin_decode_info(d)->note, "62%"));
    akin_plane_free(&p);
    akin_decode_close(d);

    moved.len -= (size_t)16 * 2 * 3; /* 7 of 16 rows: too few */
    d = open_bytes(&moved);
    assert_fails_with(akin_decode_plane(d, 0, 0, 0, &p, &err), AKIN_EFORMAT,
                      "only 43%");
    assert_null(p.px);
    akin_decode_close(d);
    akin_buf_free(&moved);
    akin_buf_free(&bytes);
}

static void
a_damaged_strip_is_black_and_noted(void **state)
{
    struct akin_make_tiff w = {.width = 16,
                               .height = 16,
                               .photometric = BLACK,
                               .compression = DEFLATE,
                               .rows_per_strip = 4};
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};
    struct akin_decoder *d;

    (void)state;
    akin_make_tiff(&w, &bytes);
    memset(bytes.data + 8, 0xff, 2); /* the first strip's zlib header */
    d = open_bytes(&bytes);
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    for (uint32_t x = 0; x < 16; x++) {
        assert_near(sample_of(&p, x, 3, 0), 0, 0);
        assert_near(sample_of(&p, x, 4, 0), akin_make_value(x, 4, 0, 0) & 255u,
                    0);
    }
    assert_non_null(strstr(akin_decode_info(d)->note, "75%"));
    akin_plane_free(&p);
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
a_circle_of_pages_is_refused(void **state)
{
    struct akin_make_tiff w = {
        .width = 8, .height = 8, .pages = 5, .photometric = BLACK};
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    uint32_t at;

    (void)state;
    akin_config_init(&config);
    akin_make_tiff(&w, &bytes);
    at = akin_le32(bytes.data + 4);
    for (;;) { /* to the last page, which shall lead to the first */
        uint32_t next_at = at + 2 + 12u * akin_le16(bytes.data + at);
        uint32_t next = akin_le32(bytes.data + next_at);

        if (next == 0) {
            akin_put_le32(bytes.data + next_at, akin_le32(bytes.data + 4));
            break;
        }
        at = next;
    }
    assert_fails_with(
        akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err),
        AKIN_EFORMAT, "circle");
    assert_null(d);
    akin_buf_free(&bytes);
}

static void
too_many_pages_and_too_many_pixels_are_limits(void **state)
{
    struct akin_make_tiff w = {
        .width = 64, .height = 64, .pages = 5, .photometric = BLACK};
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};

    (void)state;
    akin_make_tiff(&w, &bytes);
    akin_config_init(&config);
    config.image_max_planes = 4;
    assert_fails_with(
        akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err),
        AKIN_ELIMIT, "image.max_planes");
    akin_config_init(&config);
    config.image_max_plane_px = 4095;
    assert_fails_with(
        akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err),
        AKIN_ELIMIT, "image.max_plane_px");
    akin_buf_free(&bytes);
}

static uint32_t
nothing(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)x, (void)y, (void)sample, (void)page;
    return 0;
}

static void
expansion_beyond_the_limit_is_refused(void **state)
{
    struct akin_make_tiff w = {.width = 512,
                               .height = 512,
                               .photometric = BLACK,
                               .compression = DEFLATE,
                               .value = nothing};
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};

    (void)state;
    akin_make_tiff(&w, &bytes);
    akin_config_init(&config);
    config.image_max_expansion = 100;
    assert_ok(akin_decode_open_bytes(akin_buf_span(&bytes), &config, &d, &err));
    assert_fails_with(akin_decode_plane(d, 0, 0, 0, &p, &err), AKIN_ELIMIT,
                      "image.max_expansion");
    akin_decode_close(d);
    akin_buf_free(&bytes);
}

static void
files_are_read_in_parts(void **state)
{
    struct akin_make_tiff w = {SIZE, .bits = 16, .photometric = BLACK,
                               .tile = 16, .compression = LZW};
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "x.tif");
    struct akin_config config;
    struct akin_decoder *d = NULL;
    struct akin_error err = {0};
    struct akin_buf bytes = {0};
    struct akin_plane p = {0};

    (void)state;
    akin_make_tiff(&w, &bytes);
    akin_config_init(&config);
    assert_ok(akin_file_write(path, akin_buf_span(&bytes), &err));
    assert_ok(akin_decode_open(path, &config, &d, &err));
    assert_ok(akin_decode_plane(d, 0, 0, 0, &p, &err));
    check_plane(&w, &p, 0);
    akin_plane_free(&p);
    akin_decode_close(d);
    akin_buf_free(&bytes);
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_of_every_kind_come_back),
        cmocka_unit_test(palettes_of_1_to_16_bits_become_colours),
        cmocka_unit_test(ink_becomes_colour),
        cmocka_unit_test(jpeg_in_tiff_becomes_rgb),
        cmocka_unit_test(raw_subsampled_ycbcr_without_chroma_becomes_grey),
        cmocka_unit_test(cielab_goes_through_libtiff),
        cmocka_unit_test(colour_with_equal_channels_is_grey),
        cmocka_unit_test(not_a_number_and_infinity_become_finite),
        cmocka_unit_test(pages_without_a_word_are_a_z_stack),
        cmocka_unit_test(imagej_orders_channels_first_then_z_then_time),
        cmocka_unit_test(imagej_stacks_without_directories_are_found),
        cmocka_unit_test(ome_gives_order_and_pixel_size),
        cmocka_unit_test(ome_blocks_place_pages_and_other_files_are_left_out),
        cmocka_unit_test(a_lying_description_leaves_a_z_stack_and_a_note),
        cmocka_unit_test(
            resolution_counts_only_when_a_microscope_could_mean_it),
        cmocka_unit_test(a_file_cut_short_gives_its_rows_and_a_note),
        cmocka_unit_test(a_damaged_strip_is_black_and_noted),
        cmocka_unit_test(a_circle_of_pages_is_refused),
        cmocka_unit_test(too_many_pages_and_too_many_pixels_are_limits),
        cmocka_unit_test(expansion_beyond_the_limit_is_refused),
        cmocka_unit_test(files_are_read_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
