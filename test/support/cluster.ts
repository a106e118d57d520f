// Hands a test its own database, cloned in a moment from the run's migrated template.

import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { lookThrough } from './left-behind.ts'

/** A database of one test file; `drop` removes it, whoever is still connected. */
export type FreshDatabase = { url: string; drop: () => Promise<void> }

const clusterUrl = (): string => {
  const url = process.env['BOKVAR_TEST_CLUSTER']
  if (url === undefined) throw new Error('No database for this run: test/support/global-setup.mjs starts it.')
  return url
}

const onDatabase = (name: string): string => {
  const url = new URL(clusterUrl())
  url.pathname = `/${name}`
  return url.href
}

const command = async (sql: string): Promise<void> => {
  const client = new Client({ connectionString: clusterUrl() })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const dropLookedThrough = async (name: string): Promise<void> => {
  try {
    await lookThrough(onDatabase(name))
  } finally {
    await command(`drop database if exists ${name} with (force)`)
  }
}

const create = async (template: string): Promise<FreshDatabase> => {
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await command(`create database ${name} template ${template}`)
  return { url: onDatabase(name), drop: () => dropLookedThrough(name) }
}

/** A new database with every migration in it and no rows of a test, in about 30 ms. */
export const freshDatabase = (): Promise<FreshDatabase> => create('bokvar_template')

/** A new database with nothing in it, for the tests of the migrations themselves. */
export const emptyDatabase = (): Promise<FreshDatabase> => create('template0')
