/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h - the commands of akin-index, one file cmd_<name>.c each.
 *
 * Each gets its part of the command line (argv[0] is its own name) and gives
 * the exit code (args.h). A new command is a function here and a row in main.c.
 */
#ifndef AKIN_INDEXER_COMMAND_H
#define AKIN_INDEXER_COMMAND_H

int akin_cmd_add(int argc, char **argv);
int akin_cmd_sync(int argc, char **argv);
int akin_cmd_rm(int argc, char **argv);
int akin_cmd_ontology(int argc, char **argv);
int akin_cmd_publish(int argc, char **argv);
int akin_cmd_verify(int argc, char **argv);
int akin_cmd_status(int argc, char **argv);
int akin_cmd_settings(int argc, char **argv);

#endif
