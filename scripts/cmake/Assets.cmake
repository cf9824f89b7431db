# SPDX-License-Identifier: Apache-2.0
# cmake -DIN=folder -DOUT=file.c -P Assets.cmake: all files of a folder as the
# table of query/web/assets_internal.h.
file(GLOB names RELATIVE ${IN} ${IN}/*)
list(SORT names)
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_mjs "text/javascript; charset=utf-8")
set(type_json "application/json")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_ico "image/x-icon")
set(type_txt "text/plain; charset=utf-8")
set(arrays "")
set(rows "")
set(count 0)
foreach(name ${names})
    string(REGEX REPLACE ".*\\." "" ending "${name}")
    if(NOT DEFINED type_${ending})
        message(FATAL_ERROR "${name}: Assets.cmake knows no media type for .${ending}")
    endif()
    file(READ ${IN}/${name} hex HEX)
    file(SHA256 ${IN}/${name} hash)
    string(SUBSTRING ${hash} 0 24 hash)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const uint8_t file_${count}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${name}\", \"${type_${ending}}\", \"\\\"${hash}\\\"\", file_${count},\n     sizeof(file_${count}) - 1},\n")
    math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "#include \"assets_internal.h\"\n\n${arrays}
const struct akin_asset akin__assets[] = {\n${rows}};
const size_t akin__n_assets = ${count};
")
