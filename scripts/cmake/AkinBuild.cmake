# SPDX-License-Identifier: Apache-2.0
# What every target of akin shares: warnings, hardening, sanitizers, run paths.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Release build types add -DNDEBUG; our asserts stay on.
foreach(kind RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${kind} "${CMAKE_C_FLAGS_${kind}}")
    string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${kind} "${CMAKE_CXX_FLAGS_${kind}}")
endforeach()

add_library(akin_flags INTERFACE)
target_compile_definitions(akin_flags INTERFACE _XOPEN_SOURCE=700 _FILE_OFFSET_BITS=64)
target_compile_options(akin_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wformat=2 -Wundef
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    -fstack-protector-strong
    $<$<BOOL:${AKIN_WERROR}>:-Werror>
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
if(AKIN_SANITIZE)
    target_compile_options(akin_flags INTERFACE -fsanitize=${AKIN_SANITIZE}
        -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(akin_flags INTERFACE -fsanitize=${AKIN_SANITIZE})
endif()
if(AKIN_FUZZ)
    target_compile_options(akin_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# akin_find_library(Name header library): imported target Name::Name, or an end
# with the sentence that helps.
function(akin_find_library name header library)
    find_path(${name}_INCLUDE ${header})
    find_library(${name}_LIBRARY ${library})
    mark_as_advanced(${name}_INCLUDE ${name}_LIBRARY)
    if(NOT ${name}_INCLUDE OR NOT ${name}_LIBRARY)
        message(FATAL_ERROR "${name} was not found (${header}, lib${library}). Run scripts/setup.")
    endif()
    add_library(${name}::${name} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(${name}::${name} PROPERTIES
        IMPORTED_LOCATION ${${name}_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE})
endfunction()

# akin_embed(target file symbol): the bytes of a file as a C array
# `const unsigned char symbol[]` and `const size_t symbol_len`.
function(akin_embed target file symbol)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUT=${out}
                -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/scripts/cmake/Embed.cmake
        DEPENDS ${file} ${CMAKE_SOURCE_DIR}/scripts/cmake/Embed.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

# akin_embed_folder(target folder): all its files, as query/web/assets.h gives
# them.
function(akin_embed_folder target folder)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/assets_files.c)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_CURRENT_SOURCE_DIR}/${folder} -DOUT=${out}
                -P ${CMAKE_SOURCE_DIR}/scripts/cmake/Assets.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/scripts/cmake/Assets.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

# Programs find the FAISS of the build in the build tree, and a copy beside
# themselves once installed.
function(akin_program name)
    set_target_properties(${name} PROPERTIES
        LINKER_LANGUAGE CXX
        INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/akin")
    target_link_libraries(${name} PRIVATE akin_flags)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
