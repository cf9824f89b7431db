/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vindex_faiss_filter.cc - the C++ half of vindex_faiss.c: searching with a
 * filter (SearchParametersIVF) and opening with mapped codes. Newer versions of
 * FAISS have C calls for these. Nothing else of akin is C++.
 */
#include "vindex_faiss_filter.h"

#include <dlfcn.h>

#include <cstring>
#include <exception>
#include <memory>

#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/index_io.h>
#include <faiss/invlists/OnDiskInvertedLists.h>

namespace
{

int
fail(char *text, const char *why)
{
    (void)std::strncpy(text, why, AKIN__FAISS_TEXT - 1);
    text[AKIN__FAISS_TEXT - 1] = '\0';
    return -1;
}

/* NULL, or what is wrong with an index that should have these sizes. The sizes
 * of the lists decide what a search reads, so their sum must be right. */
const char *
complaint(const faiss::IndexIVFScalarQuantizer &index, size_t n_rows,
          size_t dim, size_t n_lists)
{
    size_t sum = 0;

    if (index.metric_type != faiss::METRIC_INNER_PRODUCT ||
        index.sq.qtype != faiss::ScalarQuantizer::QT_8bit)
        return "not an index of 8-bit codes and inner products";
    if (index.invlists == nullptr || index.quantizer == nullptr ||
        !index.is_trained || index.invlists->nlist != index.nlist ||
        index.invlists->code_size != dim || index.code_size != dim ||
        static_cast<size_t>(index.quantizer->ntotal) != index.nlist ||
        static_cast<size_t>(index.quantizer->d) != dim ||
        index.sq.trained.size() != 2 * dim)
        return "an index whose parts do not fit together";
    for (size_t i = 0; i < index.nlist; i++)
        sum += index.invlists->list_size(i);
    if (static_cast<size_t>(index.ntotal) != n_rows || sum != n_rows ||
        static_cast<size_t>(index.d) != dim || index.nlist != n_lists)
        return "an index of another size than its header says";
    return nullptr;
}

int
map(FILE *f, size_t n_rows, size_t dim, size_t n_lists, void **out, char *text)
{
    std::unique_ptr<faiss::Index> any(
        faiss::read_index(f, faiss::IO_FLAG_MMAP | faiss::IO_FLAG_READ_ONLY));
    auto *index = dynamic_cast<faiss::IndexIVFScalarQuantizer *>(any.get());
    const char *why = index == nullptr
                          ? "another kind of index than akin writes"
                          : complaint(*index, n_rows, dim, n_lists);

    if (why != nullptr)
        return fail(text, why);
    /* A search would otherwise start 32 threads that read ahead. */
    if (auto *lists =
            dynamic_cast<faiss::OnDiskInvertedLists *>(index->invlists))
        lists->prefetch_nthread = 0;
    *out = static_cast<faiss::Index *>(any.release());
    return 0;
}

} // namespace

extern "C" int
akin__faiss_map(FILE *f, size_t n_rows, size_t dim, size_t n_lists,
                void **index, char *text)
{
    try {
        return map(f, n_rows, dim, n_lists, index, text);
    } catch (const std::exception &e) {
        return fail(text, e.what());
    } catch (...) {
        return fail(text, "an unknown exception");
    }
}

extern "C" int
akin__faiss_search(const void *index, const float *query, size_t k,
                   size_t n_probe, const uint8_t *bits, size_t n_bytes,
                   float *sims, int64_t *rows, char *text)
{
    try {
        faiss::IDSelectorBitmap allowed(n_bytes, bits);
        faiss::SearchParametersIVF params;

        params.nprobe = n_probe;
        params.sel = bits == nullptr ? nullptr : &allowed;
        static_cast<const faiss::Index *>(index)->search(
            1, query, static_cast<faiss::Index::idx_t>(k), sims, rows, &params);
        return 0;
    } catch (const std::exception &e) {
        return fail(text, e.what());
    } catch (...) {
        return fail(text, "an unknown exception");
    }
}

/* Asked for by name, so that akin works with whichever OpenMP library FAISS was
 * built with, or with none. */
extern "C" int
akin__faiss_threads(int threads)
{
    using get_fn = int (*)();
    using set_fn = void (*)(int);
    auto get_max =
        reinterpret_cast<get_fn>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    auto get_all =
        reinterpret_cast<get_fn>(dlsym(RTLD_DEFAULT, "omp_get_num_procs"));
    auto set =
        reinterpret_cast<set_fn>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    int before = 1;

    if (get_max == nullptr || get_all == nullptr || set == nullptr)
        return before;
    before = get_max();
    set(threads > 0 ? threads : get_all());
    return before;
}
